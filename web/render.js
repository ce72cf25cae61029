// @ts-check
/** Draws a view: one element per task, kept for as long as the task lives. */

import { Blocks, cardsOf, flip } from './cards.js';
import { write } from './dialog.js';

/** How many new cards a column gets in one frame while the board loads: few at first, to be there soon. */
const [FIRST_PART, PART] = [30, 100];
/** A name of so many letters fits into four lines however narrow the column is. */
const SHORT = 36;

/** The columns on the page. It only ever shows what it is given. */
export class Renderer {
  constructor(board, template) {
    this.template = template;
    this.blocks = new Blocks();
    /** @type {Map<string, {element: HTMLElement, card?: Card}>} */
    this.nodes = new Map();
    /** @type {Set<string>} tasks under the pointer or in the editor: left alone wherever they are */
    this.held = new Set();
    /** @type {Map<HTMLElement, Card[]>} what each list showed after the last drawing */
    this.drawn = new Map();
    this.isDisturbed = false;
    /** @type {Map<string, HTMLElement>} */
    this.lists = new Map([...board.querySelectorAll('ol')].map((list) => [list.dataset.list ?? '', list]));
  }

  element(id) {
    return this.nodes.get(id)?.element;
  }

  /** Leaves a task's element alone until it is let go. */
  hold(id) {
    this.held.add(id);
  }

  letGo(id) {
    this.held.delete(id);
    this.isDisturbed = true;
  }

  /** A task got its id: its element stays. */
  rename(from, to) {
    const node = this.nodes.get(from);
    if (!node || this.nodes.has(to)) return;
    this.nodes.delete(from);
    this.nodes.set(to, node);
    node.element.dataset.id = to;
    if (this.held.delete(from)) this.held.add(to);
  }

  /** @param {Column[]} view @param {boolean} isPart draw a part of many new cards only @returns {boolean} whether some are left */
  draw(view, isMoving, isPart = false) {
    const all = isPart ? view.map((column) => ({ ...column, cards: this.#part(column.cards) })) : view;
    const columns = all.map(({ id, cards }) => ({ list: this.lists.get(id), cards: this.#free(cards) }));
    const changed = columns.filter(({ list, cards }) => this.#isChanged(list, cards));
    if (changed.length) this.#arrange(view, changed, isMoving);
    columns.forEach(({ list, cards }) => {
      cards.forEach((card) => this.#paint(card));
      this.drawn.set(list, cards);
    });
    this.isDisturbed = false;
    return all.some(({ cards }, at) => cards.length < view[at].cards.length);
  }

  /** What is drawn already, what the person did, and some more. */
  #part(cards) {
    let left = this.nodes.size ? PART : FIRST_PART;
    return cards.filter(({ task, pending }) => this.nodes.has(task.id) || pending || left-- > 0);
  }

  #arrange(view, changed, isMoving) {
    const places = new Map(view.flatMap(({ id, cards }) => cards.map(({ task }) => [task.id, id])));
    const moves = changed.map(({ list, cards }) => ({ list, moved: this.#moves(list, cards, places) }));
    const play = isMoving ? flip(changed.map(({ list }) => list), moves.flatMap(({ moved }) => [...moved.keys()])) : null;
    const focused = keepFocus();
    this.#remove(places);
    for (const { list, moved } of moves) {
      moved.forEach((next, element) => this.blocks.put(list, element, next));
      if (!this.held.size) this.blocks.tidy(list);
    }
    focused?.();
    play?.();
  }

  #free(cards) {
    return this.held.size ? cards.filter(({ task }) => !this.held.has(task.id)) : cards;
  }

  #isChanged(list, cards) {
    const drawn = this.drawn.get(list);
    return this.isDisturbed || drawn?.length !== cards.length || cards.some(({ task }, at) => task.id !== drawn[at].task.id);
  }

  #remove(places) {
    for (const [id, { element }] of this.nodes) {
      if (places.has(id) || this.held.has(id)) continue;
      element.remove();
      this.nodes.delete(id);
    }
  }

  /**
   * What must move for a list to stand in order, as few as one moved card needs.
   * @param {Map<string, string>} places the column of each task @returns {Map<HTMLElement, HTMLElement>} before what
   */
  #moves(list, cards, places) {
    const all = cardsOf(list);
    const standing = this.held.size ? all.filter(({ dataset }) => !this.held.has(dataset.id)) : all;
    const goes = (element) => element && places.get(element.dataset.id) !== list.dataset.list;
    const moved = new Map();
    let at = 0;
    for (const { task } of cards) {
      const element = this.#node(task.id).element;
      while (standing[at] !== element && (moved.has(standing[at]) || goes(standing[at]))) at += 1;
      if (standing[at] !== element && standing[at + 1] === element) at += 1;
      if (standing[at] === element) at += 1;
      else moved.set(element, standing[at]);
    }
    return moved;
  }

  #node(id) {
    let node = this.nodes.get(id);
    if (!node) {
      const element = this.template.content.firstElementChild.cloneNode(true);
      element.dataset.id = id;
      this.nodes.set(id, (node = { element }));
    }
    return node;
  }

  #paint(card) {
    const node = this.#node(card.task.id);
    if (node.card === card) return;
    const { task, pending, lease, isCarried } = (node.card = card);
    const [name, notes, menu, trash] = node.element.children;
    write(name, task.name);
    menu.ariaLabel = `Move to…: ${task.name}`;
    trash.ariaLabel = `Delete: ${task.name}`;
    const words = [lease && `${lease.by} is ${lease.activity}`, pending === 'unknown' && 'not sent yet', task.mark && `list: ${task.mark}`];
    write(notes, words.filter(Boolean).join(' · '));
    const isLong = task.name.length > SHORT;
    const names = ['card', pending, isCarried && 'carried', lease && 'leased', task.mark && 'marked', isLong && 'long'];
    node.element.className = names.filter(Boolean).join(' ');
  }
}

/** Focus stays on its card, or goes to the next one if that card goes. */
function keepFocus() {
  const active = document.activeElement;
  const card = active?.closest('.card');
  if (!active || !card) return null;
  const cards = cardsOf(card.closest('ol'));
  const at = cards.indexOf(card);
  const others = [cards[at + 1], cards[at - 1], card.closest('.column').querySelector('input')];
  return () => {
    const target = active.isConnected ? active : others.find((other) => other?.isConnected);
    if (target && target !== document.activeElement) target.focus({ preventScroll: true });
  };
}

