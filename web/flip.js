// @ts-check
/** Shows how cards get from where they were to where they are (first, last, invert, play). */

import { ifVisible, visible } from './blocks.js';

const EASE = { duration: 200, easing: 'cubic-bezier(.2,.8,.3,1)' };

/** How many cards may slide at once; each costs about a millisecond. On a crowded board only what moved by itself is seen to. */
const [MOST, MOST_IF_CROWDED, CROWDED] = [12, 2, 300];

/**
 * Notes where cards are; call what it returns once they are elsewhere.
 * @param {HTMLElement[]} lists whose cards may slide @param {HTMLElement[]} moved the cards that go elsewhere by themselves
 */
export function flip(lists, moved) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  const isCrowded = document.getElementsByClassName('card').length > CROWDED;
  const most = isCrowded ? MOST_IF_CROWDED : MOST;
  const look = () => (isCrowded ? moved.slice(0, MOST).flatMap(ifVisible) : lists.flatMap(visible));
  const before = new Map(look());
  return () => {
    const steps = look().map(([card, to]) => ({ card, to, from: before.get(card) }))
      .filter(({ from, to }) => from?.x !== to.x || from.y !== to.y);
    const few = steps.length > most ? steps.filter(({ card }) => moved.includes(card)).slice(0, most) : steps;
    for (const { card, from, to } of few) {
      card.animate(from ? [{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: 'none' }]
        : [{ opacity: 0, scale: 0.96 }, { opacity: 1, scale: 1 }], EASE);
    }
  };
}
