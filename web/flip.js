// @ts-check
/** Shows how cards get from where they were to where they are (first, last, invert, play). */

const EASE = { duration: 200, easing: 'cubic-bezier(.2,.8,.3,1)' };

/**
 * Notes where the visible cards of some lists are; call what it returns once they are elsewhere.
 * @param {HTMLElement[]} lists
 */
export function flip(lists) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  const before = new Map(lists.flatMap(visible));
  return () => {
    for (const [card, to] of lists.flatMap(visible)) {
      const from = before.get(card);
      if (!from) card.animate([{ opacity: 0, scale: 0.96 }, { opacity: 1, scale: 1 }], EASE);
      else if (from.x !== to.x || from.y !== to.y) {
        card.animate([{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: 'none' }], EASE);
      }
    }
  };
}

/** The cards of a list that can be seen, each with its place; found without measuring all. @returns {any} */
export function visible(list) {
  const cards = list.children;
  const { top, bottom } = list.getBoundingClientRect();
  let [low, high] = [0, cards.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cards[middle].getBoundingClientRect().bottom < top) low = middle + 1;
    else high = middle;
  }
  const seen = [];
  for (let at = low; at < cards.length; at++) {
    const place = cards[at].getBoundingClientRect();
    if (place.top > bottom) break;
    seen.push([cards[at], place]);
  }
  return seen;
}
