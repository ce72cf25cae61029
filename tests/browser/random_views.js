// Draws random views while cards are held, carried about or left where they are, and renamed, and gives the steps after which a card
// stood elsewhere, or one that is held was moved. One that is held and not carried is in order, too, unless its list or position changed.
async ([seed, steps]) => {
  const { Renderer } = await import('/static/render.js');
  const ids = ['todo', 'doing', 'done'];
  const chance = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const board = document.createElement('main');
  board.append(...ids.map((id) => Object.assign(document.createElement('ol'), { className: 'cards' })));
  [...board.children].forEach((list, at) => (list.dataset.list = ids[at]));
  document.body.append(board);
  const renderer = new Renderer(board, document.getElementById('card'));
  const tasks = Array.from({ length: 400 }, (_, n) => ({ id: `r${n}`, name: `${n}`, mark: '' }));
  const wrong = [];
  const order = tasks.map((task) => ({ task, list: chance(4) }));
  let held = null;
  let [isCarried, inOrder] = [false, 0];
  const watch = new MutationObserver(() => {});
  watch.observe(board, { childList: true, subtree: true });
  for (let step = 0; step < steps; step++) {
    for (let n = chance(step % 9 ? 4 : 60); n >= 0; n--) {
      const [moved] = order.splice(chance(order.length), 1);
      moved.list = chance(4);
      order.splice(chance(order.length), 0, moved);
    }
    const one = order[chance(order.length)];
    if (step % 5 === 0) {
      const name = `${one.task.name}'`;
      renderer.rename(one.task.id, `r${name}`);
      if (held === one.task.id) held = `r${name}`;
      one.task = { ...one.task, id: `r${name}`, name };
    }
    if (!held && chance(3) === 0) {
      renderer.hold((held = one.task.id));
      isCarried = chance(2) === 0;
    }
    const heldAt = () => order.findIndex(({ task }) => task.id === held);
    if (held && chance(2) === 0) { // some come to stand beside it
      for (let n = chance(3); n >= 0; n--) {
        const [near] = order.splice(chance(order.length), 1);
        if (near.task.id !== held) near.list = order[heldAt()].list;
        order.splice(near.task.id === held ? 0 : heldAt() + chance(2), 0, near);
      }
    }
    if (held && chance(9) === 0) order.filter(({ task }) => task.id === held).forEach((its) => (its.task = { ...its.task, position: `${step}` }));
    if (held && chance(3) === 0) order.find(({ task }) => task.id === held).list = chance(4);
    const places = board.querySelectorAll('.card');
    const element = held && renderer.element(held);
    if (element && isCarried) places[chance(places.length)].after(element);
    element?.classList.toggle('ghost', isCarried);
    if (held && chance(2) === 0) held = renderer.letGo(held) ?? null;
    if (!held) element?.classList.remove('ghost');
    const at = held && element?.closest('ol').dataset.list;
    const was = held && element && renderer.nodes.get(held).card?.task.position;
    watch.takeRecords();
    const cards = (at) => order.filter(({ list }) => list === at).map(({ task }) => ({ task, pending: '', lease: null }));
    renderer.draw(ids.map((id, at) => ({ id, cards: cards(at) })), step % 2 === 0);
    const isMoved = held && element && watch.takeRecords().some(({ addedNodes }) => [...addedNodes].includes(element));
    const its = order.find(({ task }) => task.id === held);
    const isLeftOut = !its || isCarried || ids[its.list] !== at || its.task.position !== was;
    const shown = [...board.children].map((list) => [...list.querySelectorAll('.card')]
      .filter((card) => card.dataset.id !== held || !isLeftOut)
      .map((card) => card.dataset.id.slice(1) + (card.dataset.id !== held ? card.children[0].textContent : '')).join());
    const wanted = ids.map((_, at) => cards(at).filter(({ task }) => task.id !== held || !isLeftOut)
      .map(({ task }) => task.name + (task.id !== held ? task.name : '')).join());
    if (isMoved || shown.join(';') !== wanted.join(';')) wrong.push(step);
    inOrder += held && !isLeftOut ? 1 : 0;
  }
  board.remove();
  return inOrder ? wrong : ['none was held in its order'];
}
