// @ts-check
/** A list's cards stand in blocks: those out of sight cost the browser one look per block, not one per card. */

const MOST = 60;

/** The cards of a list or board, in order. @returns {any[]} */
export function cardsOf(place) {
  return [...place.querySelectorAll('.card')];
}

/** The cards of a list that can be seen, each with its place. @returns {any} */
export function visible(list) {
  const { top, bottom } = list.getBoundingClientRect();
  const seen = (elements) => {
    const shown = [];
    for (let at = firstBelow(elements, top); at < elements.length; at++) {
      const place = elements[at].getBoundingClientRect();
      if (place.top > bottom) break;
      shown.push([elements[at], place]);
    }
    return shown;
  };
  return seen(list.children).flatMap(([block]) => seen(block.children));
}

/** A card with its place, if it can be seen: nothing out of sight is laid out for this. @returns {any} */
export function ifVisible(card) {
  const [shown, block] = [card.closest('ol'), card.parentElement].map((one) => one?.getBoundingClientRect());
  if (!shown || block.bottom < shown.top || block.top > shown.bottom) return [];
  const place = card.getBoundingClientRect();
  return place.bottom >= shown.top && place.top <= shown.bottom ? [[card, place]] : [];
}

/** Where in a pile of elements the first one is that reaches below y: few are measured, as each costs. */
function firstBelow(elements, y) {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elements[middle].getBoundingClientRect().bottom < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes the blocks, splits those that grow, and keeps the empty ones for later. */
export class Blocks {
  constructor() {
    this.spare = [];
  }

  /** Puts a card before another, or at the end. */
  put(list, card, next) {
    if (next) next.before(card);
    else if (list.lastElementChild?.childElementCount < MOST) list.lastElementChild.append(card);
    else list.appendChild(this.#block()).append(card);
  }

  /** Call when no card is held: a card that changes its block loses the pointer. */
  tidy(list) {
    for (const block of [...list.children]) {
      if (block.childElementCount > 2 * MOST) this.#split(block);
      if (block.childElementCount || list.childElementCount === 1) continue;
      block.remove();
      this.spare.push(block);
    }
    if (!list.childElementCount) list.append(this.#block());
  }

  #split(block) {
    const rest = this.#block();
    rest.append(...[...block.children].slice(MOST));
    block.after(rest);
  }

  #block() {
    const spare = this.spare.pop();
    if (spare) return spare;
    const block = document.createElement('div');
    block.className = 'block';
    block.role = 'none';
    return block;
  }
}
