// @ts-check
/** Shows how cards get from where they were to where they are (first, last, invert, play). */

const FEW = 60;
const EASE = { duration: 200, easing: 'cubic-bezier(.2,.8,.3,1)' };

/**
 * Notes where the visible cards of some lists are; call what it returns once they are elsewhere.
 * @param {HTMLElement[]} lists
 */
export function flip(lists) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  const before = new Map(lists.flatMap(visible).map((card) => [card, card.getBoundingClientRect()]));
  return () => {
    const moves = lists.flatMap(visible).map((card) => ({ card, from: before.get(card), to: card.getBoundingClientRect() }));
    for (const { card, from, to } of moves) {
      if (!from) card.animate([{ opacity: 0, scale: 0.96 }, { opacity: 1, scale: 1 }], EASE);
      else if (from.x !== to.x || from.y !== to.y) {
        card.animate([{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: 'none' }], EASE);
      }
    }
  };
}

/** The cards of a list that can be seen; of many, found without measuring them all. @param {HTMLElement} list */
export function visible(list) {
  const cards = (list.children);
  if (cards.length <= FEW) return [...cards];
  const first = firstBelow(cards, list.scrollTop);
  return [...Array(FEW).keys()].map((n) => cards[first + n]).filter(Boolean);
}

function firstBelow(cards, top) {
  let [low, high] = [0, cards.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cards[middle].offsetTop + cards[middle].offsetHeight < top) low = middle + 1;
    else high = middle;
  }
  return low;
}
