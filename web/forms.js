// @ts-check
/** The fields around the board: adding, filtering, counts and the words about the line. */

import { toast } from './dialog.js';
import { cleanName, nameProblem } from './tasks.js';

/** @type {WeakMap<Task, string>} */
const folded = new WeakMap();

/** Without case and accents. */
function fold(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The cards whose names have all the words. @param {Column[]} view @param {string[]} words @returns {Column[]} */
export function filtered(view, words) {
  if (!words.length) return view;
  const isHit = ({ task }) => {
    const name = folded.get(task) ?? fold(task.name);
    folded.set(task, name);
    return words.every((word) => name.includes(word));
  };
  return view.map(({ id, cards }) => ({ id, cards: cards.filter(isHit) }));
}

/** @param {(list: string, name: string) => void} add @param {() => void} draw */
export function bindForms(add, draw) {
  /** @returns {any} */
  const byId = (id) => document.getElementById(id);
  const { maxChars, maxBytes } = document.body.dataset;
  const filter = byId('filter');
  const fields = [...document.querySelectorAll('form.add input')];
  const fieldOf = (list) => fields.find((field) => field.form?.dataset.list === list) ?? fields[0];
  const checked = (typed) => {
    const name = cleanName(typed);
    const problem = name ? nameProblem(name, { chars: Number(maxChars), bytes: Number(maxBytes) }) : 'A task needs a name.';
    if (problem) toast(problem, { isError: true });
    return problem ? null : name;
  };
  fields.forEach((field, at) => {
    field.value = sessionStorage.getItem(`field-${at}`) ?? '';
    field.addEventListener('input', () => sessionStorage.setItem(`field-${at}`, field.value));
    field.form?.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = field.value.trim() ? checked(field.value) : null;
      field.focus();
      if (name === null) return;
      field.value = '';
      sessionStorage.removeItem(`field-${at}`);
      add(field.form?.dataset.list ?? '', name);
    });
  });
  filter.addEventListener('input', draw);
  const put = (list, text) => {
    const field = fieldOf(list);
    field.value = text;
    field.dispatchEvent(new Event('input'));
    field.focus();
  };
  return {
    checked, put,
    isDirty: () => fields.some(({ value }) => value.trim()),
    filter: () => fold(filter.value).split(/\s+/).filter(Boolean),
    putIfEmpty: (list, text) => !fieldOf(list).value && (put(list, text), true),
    show: (all, view, isLoading) => {
      const count = (columns) => columns.reduce((sum, { cards }) => sum + cards.length, 0);
      const isFiltered = filter.value.trim() !== '';
      write(byId('hits'), isFiltered ? `${count(view)} of ${count(all)}` : '');
      view.forEach(({ cards }, at) => {
        const section = byId('board').children[at];
        const total = all[at].cards.length;
        write(section.querySelector('.count'), isFiltered ? `${cards.length}/${total}` : String(total));
        const empty = section.querySelector('.empty');
        empty.hidden = cards.length > 0;
        if (cards.length) return;
        empty.textContent = isLoading ? 'Loading…' : isFiltered ? 'No match here.'
          : count(all) || at ? 'Nothing here. Drop a card, or add one below.' : 'An empty board. Add the first task above.';
      });
    },
    showLine: ({ state, since, reason = '' }) => {
      const time = new Date(since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      const words = {
        connecting: 'Connecting…', loading: 'Loading…', live: 'Sync is live!', refused: 'Refused',
        retrying: `Offline since ${time}, retrying…`, offline: `Offline since ${time}`,
      };
      const show = byId('line');
      show.dataset.state = state;
      show.textContent = words[state];
      const advice = byId('advice');
      advice.textContent = reason || 'You can go on: what you change waits here and is sent when the line is back.';
      advice.hidden = state !== 'refused' && state !== 'offline' && state !== 'retrying';
    },
  };
}

/** Writes a text unless it stands there: a written one costs a layout. */
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
