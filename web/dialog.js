// @ts-check
/** What the page says: questions, notices, and accounts of what was done. Text goes in as text. */

import { whereIs } from './view.js';

/** @returns {any} */
export const byId = (id) => document.getElementById(id);

const dialog = byId('dialog');
dialog.addEventListener('click', (event) => {
  const { target, detail, clientX: x, clientY: y } = event;
  if (detail > 1) return event.preventDefault(); // the second click of two was for what the question covers
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const isBeside = target === dialog && (x < left || x > right || y < top || y > bottom);
  if (isBeside && dialog.querySelector('menu').lastElementChild.value === '') dialog.close('');
});

/** Writes a text unless it stands there: a written one costs a layout. */
export function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** @type {Promise<any>} the question on show, and those that wait for its answer */
let asked = Promise.resolve();

/**
 * Asks once all that was asked before is answered, and gives the answer of the button that was pressed; null if none.
 * @param {(Node | string)[]} text
 * @param {[answer: any, label: string, isDisabled?: boolean][]} options the first is done by Enter; one last without
 *   an answer gives null, as then does a tap beside the dialog
 * @returns {Promise<any>}
 */
function ask(title, text, options) {
  return (asked = asked.then(dropped).then(() => show(title, text, options)));
}

/** Settles once no card is carried by the pointer, which a question would take away. @returns {Promise<void> | void} */
function dropped() {
  if (document.querySelector('.dragging')) return new Promise((later) => setTimeout(later, 100)).then(dropped);
}

async function show(title, text, options) {
  const [heading, words, menu] = dialog.querySelector('form').children;
  heading.replaceChildren(...partsOf(title));
  words.replaceChildren(...text.map((part) => (typeof part === 'string' ? element('p', part) : part)));
  menu.replaceChildren(...options.map(([answer, label, disabled], at) => element('button', label, {
    value: answer && at, disabled, className: at === 0 && options.length < 4 ? 'primary' : '',
  })));
  dialog.returnValue = '';
  dialog.showModal();
  words.querySelectorAll('mark').forEach(reveal);
  dialog.scrollTop = 0; // the button that gets the focus may stand at the end
  await new Promise((closed) => dialog.addEventListener('close', closed, { once: true }));
  return options[dialog.returnValue]?.[0] ?? null;
}

/**
 * Asks where a card shall go or what shall be done to it: everything a drag can do, by taps alone.
 * @param {Found} found @param {string[]} columns
 * @returns {Promise<Place | number[] | 'edit' | 'delete' | null>} a place, or a step from where it is by then (see `step`)
 */
export function askMenu({ column: { cards }, at, card }, columns) {
  /** @type {any[]} */
  const ends = columns.flatMap((list) => ['top', 'bottom'].map((end) => [{ list, at: end }, `To the ${end} of ${list}`]));
  return ask(`Move '${shorten(card.task.name)}'`, [], [
    ...ends, [[0, -1], 'Up', at === 0], [[0, 1], 'Down', at === cards.length - 1],
    ['edit', 'Edit'], ['delete', 'Delete'], ['', 'Cancel'],
  ]);
}

/** A name was changed twice: gives 'mine', 'theirs', or null for neither yet. No key of one who types on is an answer. */
export function askName(mine, theirs) {
  const texts = ['Yours: ', quote(mine, theirs), 'Theirs: ', quote(theirs, mine)];
  const words = element('p', 'This name was changed while you changed it.', { tabIndex: -1, autofocus: true });
  return ask('Which name?', [words, ...texts], [['mine', 'Keep mine'], ['theirs', 'Take theirs']]);
}

/** A text with what sets it apart from another marked, by whole letters as people see them. */
function quote(text, other) {
  const [own, others] = [text, other].map((one) => [...new Intl.Segmenter().segment(one)].map(({ segment }) => segment));
  const longer = others.length - own.length;
  let [start, end] = [0, own.length];
  while (start < end && own[start] === others[start]) start += 1;
  while (end > start && end + longer > start && own[end - 1] === others[end + longer - 1]) end -= 1;
  const [before, between, after] = [own.slice(0, start), own.slice(start, end), own.slice(end)].map((part) => part.join(''));
  const quotation = element('blockquote', before);
  quotation.append(element('mark', between, { dir: '' }), after);
  return quotation;
}

/** Asks until something is typed. @returns {Promise<string>} */
export async function askPasscode(isWrong) {
  const hint = isWrong ? 'That was not it. Ask whoever shared this board.' : 'This board is shared with a passcode.';
  const isTyping = document.activeElement?.matches(':is(input, textarea):not(dialog *)'); // what is typed on is no passcode
  const words = element('p', hint, isTyping && { tabIndex: -1, autofocus: true });
  const field = element('input', '', { type: 'password', autocomplete: 'current-password', ariaLabel: 'Passcode' });
  const answer = await ask('Passcode', [words, field], [['open', 'Open the board']]);
  return answer ? field.value : askPasscode(isWrong);
}

/** @param {string} identity empty while it is not known */
export function showHelp(identity) {
  const keys = byId('help-text').content.cloneNode(true);
  ask('Keys', [keys, ...(identity ? [`You are ${identity}.`] : [])], [['', 'Close']]);
}

const toasts = byId('toasts');
/** What had the focus before a toast's button. */
let before = null;
toasts.addEventListener('focusin', ({ relatedTarget }) => toasts.contains(relatedTarget) || (before = relatedTarget));

/**
 * Says something for a while: what went wrong for longer, and until it is closed if it offers something to do.
 * @param {string} text @param {{isError?: boolean, isLate?: boolean, isSaid?: boolean, label?: string, act?: () => void}} [options]
 *   isLate: it is about an earlier deed; isSaid: the live region says it; label and act: of a button
 */
export function toast(text, { isError = false, isLate = false, isSaid = false, label, act } = {}) {
  const box = element('div', '', {
    className: ['toast', isError && 'error', isLate && 'late', act && (isError ? 'lasting' : 'offer')].filter(Boolean).join(' '),
    role: isError ? 'alert' : isSaid ? null : 'status',
  });
  const close = () => leave(box);
  const button = (label, then) => element('button', label, { onclick: () => then() !== false && close() });
  const words = element('span', '', { dir: 'ltr' });
  words.append(...partsOf(text));
  box.append(words, ...(act ? [button(label, act)] : []), ...(isError ? [button('Close', close)] : []));
  const passing = [...toasts.querySelectorAll(':scope > :not(.lasting)')];
  passing.filter((other, at) => at < passing.length - 2 || other.firstElementChild.textContent === words.textContent).forEach(leave);
  come(box, isError, isError ? !act && 10000 : 6000);
}

/**
 * Shows a toast for so many milliseconds, or until it is closed. Under a question what went wrong is neither heard nor
 * in reach: it comes once more after that, for its whole time.
 */
function come(toast, isError, ms) {
  const isInUse = () => toast.contains(document.activeElement);
  const again = () => toast.isConnected && come(toast, isError, ms);
  const pass = () => (isError && dialog.open ? again() : isInUse() ? setTimeout(pass, 2000) : leave(toast));
  if (!isInUse()) toasts.append(toast);
  reveal(toast);
  makeRoom();
  if (isError && dialog.open) dialog.addEventListener('close', again, { once: true });
  else if (ms) setTimeout(pass, ms);
}

/** The focus goes back to where it came from. */
function leave(toast) {
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  makeRoom();
  if (hadFocus) before?.focus();
}

/** Lets what the notices that stay cover be scrolled from under them, but for one card's height. */
function makeRoom() {
  const heights = [...toasts.querySelectorAll('.lasting')].map(({ offsetHeight }) => offsetHeight + 8);
  const sum = heights.reduce((all, height) => all + height, 0);
  const covered = sum && Math.min(sum, toasts.clientHeight, document.querySelector('ol').clientHeight - 80); // without one, no layout is asked for
  const noticed = `${Math.max(0, covered)}px`;
  const { style } = document.body;
  if (style.getPropertyValue('--noticed') !== noticed) style.setProperty('--noticed', noticed);
}
addEventListener('resize', makeRoom);

/** Takes away the toasts that a selector names. */
export function takeAway(selector) {
  document.querySelectorAll(selector).forEach(leave);
}

/** Brings something into sight. */
export function reveal(element) {
  element?.scrollIntoView({ block: 'nearest' });
}

const watched = new IntersectionObserver((news) => news.forEach(({ intersectionRatio: seen, target }) => {
  if (seen >= 0.99 || target.closest('ol') !== watchedList) return;
  reveal(target);
  if (!seen) (watched.unobserve(target), watched.observe(target)); // or it is not noticed if the next frame pushes it out again
}), { threshold: [0, 0.2, 0.4, 0.6, 0.8, 0.99] }); // a fraction of a pixel may be missing
let [watchedList, watchedTimer] = [null, 0];
for (const name of ['wheel', 'pointerdown', 'keydown']) addEventListener(name, () => watched.disconnect(), { passive: true, capture: true });

/** Keeps one card in sight, if it is shown, also once the browser lays out what it skipped: for a while, or until it leaves its list or its person turns to others. */
export function keepInSight(card) {
  watched.disconnect();
  clearTimeout(watchedTimer);
  watchedList = card?.closest('ol');
  if (card) watched.observe(card);
  watchedTimer = setTimeout(() => watched.disconnect(), 15000);
}

/** A text in an element; the text's own letters say where it begins. */
function element(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, dir: 'auto', ...more });
}

const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;

/** A name that fits into a sentence, and is marked there: see `partsOf`. */
export function shorten(name) {
  const letters = [...plain(name)];
  return `\u2068${letters.length > 60 ? `${letters.slice(0, 59).join('')}…` : letters.join('')}\u2069`;
}

/** A sentence without the marks of its names. */
export function plain(sentence) {
  return sentence.replace(TURNING, '');
}

/** A sentence with its names apart, so that one from right to left does not turn the other words round. @returns {(Node | string)[]} */
function partsOf(sentence) {
  return sentence.split(/[\u2068\u2069]/).map((part, at) => (at % 2 ? element('bdi', part) : part));
}

/**
 * Accounts of an operation: for the live region, for a toast (empty if it needs none), and for its refusal.
 * @param {Operation} operation @param {Found | null} was before it @param {Found} [is] after it
 */
export function accountOf({ kind, title = '', name, at, isRevert }, was, is) {
  const task = `'${shorten(was?.card.task.name ?? title)}'`;
  const own = { short: '', refused: `Not ${isRevert === 'undo' ? 'undone' : 'redone'}.` };
  const account = (long, short, refused) => ({ long, ...(isRevert ? own : { short, refused }) });
  if (kind === 'remove') return account(`${task} deleted`, `Deleted ${task}`, `${task} was not deleted.`);
  if (kind === 'add') return account(`${task} ${isRevert ? 'is back in' : 'added to'} ${whereIs(is)}`, '', `${task} was not added.`);
  if (name !== undefined) return account(`${task} renamed to '${shorten(name)}'`, '', `${task} was not renamed to '${shorten(name)}'.`);
  const isNear = was?.column.id === is?.column.id && !at;
  const short = isNear ? '' : `Moved ${task} to ${at ? `the ${at} of ` : ''}${is?.column.id}`;
  return account(`${task} moved from ${whereIs(was)}, to ${whereIs(is)}`, short, `${task} ${was ? 'went back' : 'was not moved'}.`);
}
