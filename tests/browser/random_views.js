// Draws random views while cards are held, carried about and renamed, and gives the steps after which a card stood elsewhere.
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
    if (!held && chance(3) === 0) renderer.hold((held = one.task.id));
    if (held && chance(3) === 0) order.find(({ task }) => task.id === held).list = chance(4);
    const places = board.querySelectorAll('.card');
    if (held && renderer.element(held)) places[chance(places.length)].after(renderer.element(held));
    if (held && chance(2) === 0) held = renderer.letGo(held) ?? null;
    const cards = (at) => order.filter(({ list }) => list === at).map(({ task }) => ({ task, pending: '', lease: null }));
    renderer.draw(ids.map((id, at) => ({ id, cards: cards(at) })), step % 2 === 0);
    const shown = [...board.children].map((list) => [...list.querySelectorAll('.card')]
      .filter((card) => card.dataset.id !== held).map((card) => card.dataset.id.slice(1) + card.children[0].textContent).join());
    const wanted = ids.map((_, at) => cards(at).filter(({ task }) => task.id !== held).map(({ task }) => task.name + task.name).join());
    if (shown.join(';') !== wanted.join(';')) wrong.push(step);
  }
  board.remove();
  return wrong;
}
