// @ts-check
/** What clicks and taps on cards do. */

import { reveal } from './dialog.js';

/** @param {HTMLElement} board @param {Pick<KeyHands, 'edit' | 'menu' | 'remove' | 'carry'>} hands */
export function bindClicks(board, hands) {
  addEventListener('pointerdown', ({ target }) => hands.carry.leave(target), true); // before a card is held
  /** What a double click is meant for: after its first click another card may have come there. */
  let clicked;
  board.addEventListener('click', ({ target, detail }) => {
    const card = target.closest('.card');
    const id = card?.dataset.id;
    if (detail > 1) return; // the second click of two is for what is gone or covered by then
    clicked = target.closest('button, form') ? undefined : id;
    if (clicked !== undefined && card.toggleAttribute('data-open')) reveal(card);
    if (target.closest('.menu')) hands.menu(id);
    if (target.closest('.trash')) hands.remove(id);
  });
  board.addEventListener('dblclick', () => clicked !== undefined && hands.edit(clicked));
}

/** Puts the focus on a card, in sight and with the whole of a long name, and of no other's. @param {HTMLElement | undefined} card */
export function choose(card) {
  document.querySelectorAll('[data-open]').forEach((other) => other.removeAttribute('data-open'));
  card?.setAttribute('data-open', '');
  card?.focus();
  reveal(card);
}
