// @ts-check
/** Shows how cards get from where they were to where they are (first, last, invert, play). */

import { visible } from './blocks.js';

const EASE = { duration: 200, easing: 'cubic-bezier(.2,.8,.3,1)' };

/** How many cards may slide at once; each costs about a millisecond. On a crowded board only what moved by itself is seen to. */
const [MOST, MOST_IF_CROWDED, CROWDED] = [12, 2, 300];

/**
 * Notes where the visible cards of some lists are; call what it returns, with the cards that were moved, once they
 * are elsewhere.
 * @param {HTMLElement[]} lists
 */
export function flip(lists) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  const before = new Map(lists.flatMap(visible));
  return (moved) => {
    const steps = lists.flatMap(visible).map(([card, to]) => ({ card, to, from: before.get(card) }))
      .filter(({ from, to }) => from?.x !== to.x || from.y !== to.y);
    const most = document.getElementsByClassName('card').length > CROWDED ? MOST_IF_CROWDED : MOST;
    const few = steps.length > most ? steps.filter(({ card }) => moved.has(card)).slice(0, most) : steps;
    for (const { card, from, to } of few) {
      card.animate(from ? [{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: 'none' }]
        : [{ opacity: 0, scale: 0.96 }, { opacity: 1, scale: 1 }], EASE);
    }
  };
}
