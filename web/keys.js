// @ts-check
/** The board without a mouse. */

import { find } from './view.js';

const STEPS = {
  ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0],
};

/**
 * @param {{view: () => Column[], focus: (id: string) => void, lift: (id: string) => boolean,
 *   carry: (place: Place) => void, drop: (isPutBack: boolean) => void, edit: (id: string) => void,
 *   menu: (id: string) => void, remove: (id: string) => void, undo: () => void, redo: () => void,
 *   help: () => void}} hands
 */
export function bindKeys(hands) {
  /** @type {Element | null} */
  let lifted = null;
  const drop = (isPutBack = false) => {
    lifted = null;
    hands.drop(isPutBack);
  };
  const onCard = (id, key) => {
    const step = STEPS[key];
    if (step && lifted !== null) return carry(hands, id, step);
    if (step) return choose(hands, id, step);
    if (key === ' ') return lifted !== null ? drop() : void (hands.lift(id) && (lifted = document.activeElement));
    if (lifted !== null) return key === 'Enter' ? drop() : key === 'Escape' ? drop(true) : false;
    if (key === 'Enter' || key === 'e') return hands.edit(id);
    if (key === 'm') return hands.menu(id);
    return key === 'Delete' || key === 'Backspace' ? hands.remove(id) : false;
  };
  document.addEventListener('keydown', (event) => {
    const target = event.target;
    if (event.isComposing || document.querySelector('dialog[open]')) return;
    if (target.matches('input, textarea')) return leaveField(event, (target));
    const card = target.closest('.card');
    const isButton = target.matches('button') && (event.key === ' ' || event.key === 'Enter');
    if (isButton) return;
    const isDone = event.ctrlKey || event.metaKey ? history(event, hands)
      : !event.altKey && card ? onCard(card.dataset.id ?? '', event.key) ?? true : false;
    if (isDone || (!event.altKey && !event.ctrlKey && !event.metaKey && onBoard(hands, event.key))) event.preventDefault();
  });
  document.addEventListener('focusout', ({ relatedTarget }) => {
    const next = relatedTarget;
    if (lifted !== null && next && next !== lifted) drop(true);
  });
}

function history({ key, shiftKey }, { undo, redo }) {
  const letter = key.toLowerCase();
  if (letter !== 'z' && letter !== 'y') return false;
  if (letter === 'y' || shiftKey) redo();
  else undo();
  return true;
}

function onBoard(hands, key) {
  const first = hands.view().find(({ cards }) => cards.length)?.cards[0].task.id;
  if (key === '?') hands.help();
  else if (key === '/') document.getElementById('filter')?.focus();
  else if (key === 'n') document.querySelector('input')?.focus();
  else if (STEPS[key] && first !== undefined) hands.focus(first);
  else return false;
  return true;
}

/** Esc leaves a field, and clears the filter. */
function leaveField({ key }, field) {
  if (key !== 'Escape') return;
  if (field.type === 'search' && field.value) {
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  } else field.blur();
}

function choose({ view, focus }, id, [across, down]) {
  const columns = view();
  const found = find(columns, id);
  if (!found) return;
  let column = found.column;
  if (across) {
    const rest = columns.slice(...(across < 0 ? [0, columns.indexOf(column)] : [columns.indexOf(column) + 1]));
    column = (across < 0 ? rest.reverse() : rest).find(({ cards }) => cards.length) ?? column;
  }
  const card = column.cards[Math.min(found.at + down, column.cards.length - 1)];
  if (card) focus(card.task.id);
}

function carry({ view, carry: put }, id, [across, down]) {
  const columns = view();
  const found = find(columns, id);
  const column = found && columns[columns.indexOf(found.column) + across];
  if (!found || !column) return;
  const cards = column.cards.filter(({ task }) => task.id !== id);
  const at = Math.min(found.at + down, cards.length);
  if (at >= 0) put({ list: column.id, after: cards[at - 1]?.task.id, before: cards[at]?.task.id });
}
