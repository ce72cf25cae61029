// @ts-check
/** Draws a view: one element per task, kept for as long as the task lives. */

import { Blocks, cardsOf } from './blocks.js';
import { flip } from './flip.js';

/** A name of so many letters fits into four lines however narrow the column is. */
const SHORT = 36;

/** The columns on the page. It only ever shows what it is given. */
export class Renderer {
  /** @param {(block: HTMLElement) => void} made told of each new block of cards */
  constructor(board, template, made) {
    this.template = template;
    this.blocks = new Blocks(made);
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

  draw(view, isMoving) {
    const shown = new Set(view.flatMap(({ cards }) => cards.map(({ task }) => task.id)));
    const columns = view.map(({ id, cards }) => ({ list: this.lists.get(id), cards: this.#free(cards) }));
    const changed = columns.filter(({ list, cards }) => this.#isChanged(list, cards));
    const cards = changed.map(({ list }) => list);
    const play = isMoving && changed.length ? flip(cards) : null;
    const focused = changed.length ? keepFocus() : null;
    this.#remove(shown);
    const moved = new Set(changed.flatMap(({ list, cards }) => this.#order(list, cards)));
    columns.forEach(({ list, cards }) => {
      cards.forEach((card) => this.#paint(card));
      this.drawn.set(list, cards);
    });
    this.isDisturbed = false;
    focused?.();
    play?.(moved);
  }

  #free(cards) {
    return this.held.size ? cards.filter(({ task }) => !this.held.has(task.id)) : cards;
  }

  #isChanged(list, cards) {
    const drawn = this.drawn.get(list);
    return this.isDisturbed || drawn?.length !== cards.length || cards.some(({ task }, at) => task.id !== drawn[at].task.id);
  }

  #remove(shown) {
    for (const [id, { element }] of this.nodes) {
      if (shown.has(id) || this.held.has(id)) continue;
      element.remove();
      this.nodes.delete(id);
    }
  }

  /** Puts the elements in order with as few moves as one moved card needs. Returns those it moved. */
  #order(list, cards) {
    const standing = cardsOf(list).filter(({ dataset }) => !this.held.has(dataset.id));
    const moved = new Set();
    let at = 0;
    for (const { task } of cards) {
      const element = this.#node(task.id).element;
      while (moved.has(standing[at])) at += 1;
      if (standing[at] !== element && standing[at + 1] === element) at += 1;
      if (standing[at] === element) at += 1;
      else {
        this.blocks.put(list, element, standing[at]);
        moved.add(element);
      }
    }
    if (!this.held.size) this.blocks.tidy(list);
    return [...moved];
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
    if (name.textContent !== task.name) name.textContent = task.name;
    menu.ariaLabel = `Move to…: ${task.name}`;
    trash.ariaLabel = `Delete: ${task.name}`;
    const words = [lease && `${lease.by} is ${lease.activity}`, pending === 'unknown' && 'not sent yet', task.mark && `list: ${task.mark}`];
    notes.textContent = words.filter(Boolean).join(' · ');
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

