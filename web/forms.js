// @ts-check
/** The fields of the page: adding and filtering; and the words about the line. What is typed is kept until it is saved or given up. */

import { byId, shorten, toast, write } from './dialog.js';
import { kept } from './machine.js';
import { cleanName, nameProblem } from './tasks.js';

/** What is typed in a field outlives a reload. */
export class Forms {
  /** @param {(list: string, name: string) => void} add @param {() => void} draw */
  constructor(add, draw) {
    this.add = add;
    this.fields = [...document.querySelectorAll('form.add input')];
    this.filter = byId('filter');
    this.filter.addEventListener('input', draw);
    this.fields.forEach((field, at) => this.#listen(field, `field-${at}`));
  }

  #listen(field, key) {
    field.value ||= kept[key] ?? ''; // what was typed before this ran is newer
    kept[key] = field.value;
    field.addEventListener('input', () => (kept[key] = field.value));
    field.form.addEventListener('submit', () => {
      const name = field.value.trim() ? this.checked(field.value) : null;
      field.focus();
      if (name === null) return;
      fill(field, '');
      this.add(field.form.dataset.list, name);
    });
  }

  /** A typed name as it can be stored; null, and the reason is shown, if it cannot. @returns {string | null} */
  checked(typed) {
    const name = cleanName(typed);
    const { maxChars, maxBytes } = document.body.dataset;
    const limits = { chars: Number(maxChars), bytes: Number(maxBytes) };
    const problem = name ? nameProblem(name, limits) : 'A task needs a name.';
    if (problem) toast(problem, { isError: true });
    return problem ? null : name;
  }

  /** Puts a text back into the field that adds to a list, unless something is or may be typed there. @returns {boolean} whether it was put */
  putIfFree(list, text) {
    const field = this.#fieldOf(list);
    return !field.value && field !== document.activeElement && !!fill(field, text);
  }

  /** Goes on with a text in the field that adds to a list; what is typed there meanwhile is offered in its turn. */
  goOn(list, text) {
    const field = this.#fieldOf(list);
    const typed = field.value;
    fill(field, text).focus();
    if (typed.trim() && typed !== text) toast(`'${shorten(typed)}' made room.`, { isError: true, label: 'Use the text again', act: () => this.goOn(list, typed) });
  }

  #fieldOf(list) {
    return this.fields.find(({ form }) => form.dataset.list === list) ?? this.fields[0];
  }

  isDirty() {
    return this.fields.some(({ value }) => value.trim());
  }

  /** Shows all cards again. */
  unfilter() {
    fill(this.filter, '');
  }

  /** Shows how many cards there are. @param {Column[]} all @param {Column[]} view what the filter leaves of it */
  count(all, view, isLoading) {
    const sum = (columns) => columns.reduce((total, { cards }) => total + cards.length, 0);
    const isFiltered = this.filter.value.trim() !== '';
    write(byId('hits'), isFiltered ? `${sum(view)} of ${sum(all)}` : '');
    view.forEach(({ cards }, at) => {
      const [header, list, empty] = byId('board').children[at].children;
      const total = all[at].cards.length;
      write(header.lastElementChild, isFiltered ? `${cards.length}/${total}` : isLoading && !total ? '' : `${total}`);
      empty.hidden = cards.length > 0 || list.querySelector('.card') !== null; // one may be left there in its editor
      if (!cards.length) write(empty, isLoading ? byId('line').textContent : isFiltered ? 'No match here.' : emptyWords(sum(all), at));
    });
  }
}

/** Writes into a field as if it was typed there. */
function fill(field, text) {
  field.value = text;
  field.dispatchEvent(new Event('input'));
  return field;
}

/** Says how the line is. @param {LineState} line */
export function showLine({ state, since, reason }) {
  const words = { connecting: 'Connecting…', loading: 'Loading…', live: 'Sync is live!', refused: 'Refused' };
  byId('line').dataset.state = state;
  const text = words[state] ?? offlineWords(state, since);
  write(byId('line'), text);
  byId('advice').dataset.line = text; // where a narrow window cuts that short
  const isDown = ['refused', 'offline', 'retrying'].includes(state);
  advise(reason || (isDown ? 'What others change is not shown now. You can go on: what you change is sent as soon as the server answers.' : ''));
}

/** Says, while the line is up, whether changes wait all the same. */
export function showStuck(isStuck) {
  if (byId('line').dataset.state !== 'live') return;
  advise(isStuck ? 'The server does not answer. You can go on: what you change waits here and is sent again and again.' : '');
}

function advise(words) {
  write(byId('advice'), words);
  byId('advice').hidden = !words;
}

function offlineWords(state, since) {
  const time = new Date(since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return `Offline since ${time}${state === 'retrying' ? ', retrying…' : ''}`;
}

function emptyWords(total, at) {
  return total || at ? 'Nothing here. Drop a card, or add one below.' : 'An empty board. Add the first task above.';
}
