// @ts-check
/** The board without a mouse: keys choose, do and carry. */

import { uuid4 } from './machine.js';
import { find, stands, step, whereIs } from './view.js';

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
/** What a key does to the chosen card. */
const DEEDS = { ' ': 'lift', Enter: 'edit', e: 'edit', m: 'menu', Delete: 'remove', Backspace: 'remove' };

/** @param {KeyHands} hands */
export function bindKeys(hands) {
  /** The key that did something and is still down: it does it once, as Enter does, also if that was to open a field. */
  let down = '';
  document.addEventListener('keydown', (event) => {
    if (!event.repeat || ![down, 'Enter'].includes(keyOf(event))) return (down = '');
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    const key = keyOf(event);
    if (isComposing(event) || document.querySelector('dialog[open], .dragging')) return;
    const isLeaving = key === 'ArrowDown' && !event.shiftKey && target.matches('[type=search]');
    if (target.matches('input, textarea') && !isLeaving) return leaveField(hands, key, target);
    if (target.matches('button') && (key === ' ' || key === 'Enter')) return;
    const deed = deedOf(hands, event, key);
    if (!deed) return;
    deed();
    event.preventDefault();
    if (!STEPS[key] && !event.ctrlKey && !event.metaKey) down = key;
  });
  /** The card that Tab comes by, with its buttons: the last that had the focus. */
  let stop = null;
  document.addEventListener('focusin', ({ target }) => {
    const card = target.closest('.card');
    if (!card || card === stop) return;
    for (const part of stop ? reachable(stop) : []) part.tabIndex = -1;
    for (const part of reachable(card)) part.tabIndex = 0;
    stop = card;
  });
  document.addEventListener('focusout', ({ relatedTarget: next }) => {
    if (next && next.dataset.id !== hands.carry.operation?.task) hands.carry.leave(next);
  });
}

/** @returns {HTMLElement[]} */
function reachable(card) {
  return [card, ...card.querySelectorAll('.icon')];
}

/** Whether a key goes to an input method. Safari ends a composition before its last key, known by 229 then (WebKit bug 165004). */
export function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

/** A key by its letter: that of a Latin keyboard where the layout has others, and not by Caps Lock. */
function keyOf({ key, code }) {
  if (key.length > 1) return key;
  return (key > '~' && code.startsWith('Key') ? code[3] : key).toLowerCase();
}

/** What a key does, if anything. @returns {(() => void) | undefined} */
function deedOf(hands, { target, ctrlKey, metaKey, altKey, shiftKey }, key) {
  const { carry, focus, undo, redo, help } = hands;
  if (ctrlKey || metaKey) return { y: redo, z: shiftKey ? redo : undo }[key];
  if (altKey) return;
  const [id, way] = [target.closest('.card')?.dataset.id, STEPS[key]];
  const held = carry.operation?.task;
  if (target.matches('.editing') && DEEDS[key]) return DEEDS[key] === 'edit' ? () => target.querySelector('textarea').focus() : undefined;
  if (held && (key === 'Escape' || (id !== undefined && [' ', 'Enter'].includes(key)))) return () => (carry.drop(key === 'Escape'), focus(held));
  if (id !== undefined) {
    if (way) return () => (held ? carry.to(step(hands.view(), held, way)) : choose(hands, id, way));
    if (!held && DEEDS[key]) return () => hands[DEEDS[key]](id);
  }
  const reach = (selector, place = document) => place?.querySelector(selector);
  const card = '.card:not(.editing)';
  const first = way && (reach(card, target.closest('ol')) ?? reach(card));
  return first ? () => focus(first.dataset.id) : { '?': help, '/': () => reach('#filter').focus(), n: () => reach('input').focus() }[key];
}

/** Esc leaves a field, and clears the filter. */
function leaveField({ unfilter }, key, field) {
  if (key !== 'Escape') return;
  if (field.type === 'search' && field.value) unfilter();
  else field.blur();
}

/** Goes to the next card, or to the next column that has one. */
function choose({ view, focus }, id, [across, down]) {
  const columns = view().filter(({ cards }) => cards.length);
  const found = find(columns, id);
  if (!found) return;
  const { cards } = columns[columns.indexOf(found.column) + across] ?? found.column;
  const card = cards[Math.min(found.at + down, cards.length - 1)];
  if (card) focus(card.task.id);
}

/** Carries a card, at most one at a time: an operation that is shown and not sent until it is dropped. */
export class Carry {
  /** @param {State} state @param {Leases} leases @param {CarryHands} hands */
  constructor(state, leases, hands) {
    this.state = state;
    this.leases = leases;
    this.hands = hands;
    /** @type {Operation | null} */
    this.operation = null;
  }

  /** Takes a card up; it goes back by itself if someone else holds it. */
  lift(task) {
    const operation = (this.operation = this.state.add({ id: uuid4(), kind: 'change', task, phase: 'held' }));
    this.leases.take(task, 'dragging', (reason) => {
      if (this.operation !== operation) return; // what was dropped is refused by itself
      this.drop(true, '');
      this.hands.fail(`Put back. ${reason}`);
    });
    this.hands.draw();
    this.hands.say('Lifted. Arrows carry it, Space drops it, Escape puts it back.');
  }

  /** Shows it at another place, if there is one. @param {Place | null} place */
  to(place) {
    if (!this.operation || !place) return;
    Object.assign(this.operation, place);
    this.hands.draw();
    this.hands.say(whereIs(find(this.hands.view(), this.operation.task)));
  }

  /** Puts it back when its person turns to something else, but for the button that does so itself, and then undoes no more. */
  leave(to) {
    if (!to.closest('#undo')) this.drop(true);
  }

  /** Lets it go where it is shown, or puts it back; said: the words for that. */
  drop(isPutBack = false, said = 'Put back.') {
    const { operation, state } = this;
    if (!operation) return;
    this.operation = null;
    state.cancel(operation);
    const { task, list, after, before } = operation;
    const isMoved = list !== undefined && find(state.view(), task) && !stands(this.hands.view(), task, operation);
    if (!isPutBack && isMoved) this.hands.act({ kind: 'change', task, list, after, before, lease: this.leases.held.get(task) });
    else {
      this.leases.drop(task);
      if (find(state.view(), task)) this.hands.say(said);
    }
    this.hands.draw();
  }
}
