"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const count = (number, what, whats) => number + " " + (number === 1 ? what : whats);
  const byId = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const steps = data.steps;
  const last = steps.length;
  const peers = new Map(data.peers.map((peer) => [peer.number, peer]));
  const [AFTER, FROM, TO, HOPS, KIND, ACCOUNT, MESSAGE] = [0, 1, 2, 3, 4, 5, 6];
  const ROWS = 9, TRAIL = 150, NAMED = 9;
  const isMessage = (step) => ["request", "again", "answer", "lost"].includes(step[KIND]);
  const kindClass = (step) => step[KIND];

  // When each peer was first asked, and first answered: the step after which that is so.
  const asked = new Map(), answered = new Map();
  steps.forEach((step, index) => {
    if (step[KIND] === "request" && !asked.has(step[TO])) asked.set(step[TO], index + 1);
    if (step[KIND] === "answer" && !answered.has(step[FROM])) answered.set(step[FROM], index + 1);
  });
  const answerAt = steps.findIndex((step) => step[KIND] === "answered") + 1;

  let at = 0, playing = false, timer = 0, frame = 0, picked = null;

  const make = (tag, attributes, parent) => {
    const element = document.createElementNS(SVG, tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    if (parent) parent.appendChild(element);
    return element;
  };
  const write = (tag, text, parent) => {
    const element = document.createElement(tag);
    element.textContent = text;
    parent.appendChild(element);
    return element;
  };
  const nameOf = (number) => {
    const peer = peers.get(number);
    return (peer ? peer.part : "peer") + " " + number + (peer && peer.name && data.shape === "ring" ? " (" + peer.name + ")" : "");
  };

  // ---- The drawing.
  const svg = byId("overlay");
  svg.setAttribute("aria-label", data.title + ". " + data.subtitle + ". The table beside it says what happens step by step.");
  svg.setAttribute("viewBox", data.shape === "network" ? "0 0 1200 900" : "90 0 1020 900");
  const layers = {};
  for (const name of ["guides", "links", "own", "route", "nodes", "trail", "flight"]) layers[name] = make("g", { id: "layer-" + name }, svg);
  if (data.shape === "square") {
    // Under the arrows, zones cover everything; links are their borders.
    const clip = make("clipPath", { id: "square" }, make("defs", {}, svg));
    make("rect", { x: data.frame[0], y: data.frame[1], width: data.frame[2], height: data.frame[3] }, clip);
    for (const name of ["trail", "route", "flight"]) layers[name].setAttribute("clip-path", "url(#square)");
    svg.insertBefore(layers.nodes, layers.route);
  }
  for (const guide of data.guides) {
    make("ellipse", { cx: guide[0], cy: guide[1], rx: guide[2], ry: guide[3], class: "guide" }, layers.guides);
  }
  for (const [x, y] of data.ticks) make("circle", { cx: x, cy: y, r: 4, class: "tick" }, layers.guides);
  for (const [one, other] of data.links) {
    const [a, b] = [peers.get(one).at, peers.get(other).at];
    make("line", { x1: a[0], y1: a[1], x2: b[0], y2: b[1], class: "link" }, layers.links);
  }
  // In a crowd, the few who take part stand out.
  const parts = new Set(data.involved.length <= 60 ? data.involved : []);
  const many = data.peers.length > 500;
  if (many) svg.classList.add("many");
  const size = (peer) => (parts.has(peer.number) ? Math.max(data.size, 15) : data.size) * (peer.part === "server" ? 1.45 : peer.part === "supernode" ? 1.2 : 1);
  const outline = (peer, [x, y], radius) => {
    if (peer.part === "server") return make("rect", { x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
    if (peer.part === "supernode") {
      const corner = (i) => (x + 1.1 * radius * Math.cos(i * Math.PI / 3)) + "," + (y + 1.1 * radius * Math.sin(i * Math.PI / 3));
      return make("polygon", { points: [0, 1, 2, 3, 4, 5].map(corner).join(" ") });
    }
    return make("circle", { cx: x, cy: y, r: radius });
  };
  const drawn = new Map();
  const inOrder = data.peers.filter((peer) => peer.at).sort((a, b) => parts.has(a.number) - parts.has(b.number));
  for (const peer of inOrder) {
    const group = make("g", { class: "peer", "data-peer": peer.number }, layers.nodes);
    make("title", {}, group).textContent = nameOf(peer.number) + ": " + count(peer.entries, "entry", "entries") + ", " + count(peer.degree, "link", "links") + (peer.holds ? ", has the object" : "");
    const radius = size(peer);
    if (peer.boxes) {
      group.classList.add("zone");
      for (const box of peer.boxes) make("rect", { x: box[0], y: box[1], width: box[2], height: box[3], class: "body" }, group);
      const least = Math.min(...peer.boxes.map((box) => Math.min(box[2], box[3])));
      if (peer.holds) make("circle", { cx: peer.at[0], cy: peer.at[1], r: Math.min(19, 0.42 * least), class: "holder" }, group);
      if (least > 36 || (least > 16 && parts.has(peer.number))) label(group, peer.number, peer.at, Math.min(26, 0.42 * least));
    } else {
      for (const spot of peer.spots.slice(1)) make("circle", { cx: spot[0], cy: spot[1], r: 0.6 * radius, class: "body" }, group);
      const body = outline(peer, peer.at, radius);
      body.setAttribute("class", "body");
      group.appendChild(body);
      if (peer.holds) {
        const ring = outline(peer, peer.at, radius + 6);
        ring.setAttribute("class", "holder");
        group.appendChild(ring);
      }
      if (radius >= NAMED) label(group, peer.number, peer.at, Math.min(1.15 * radius, 2.6 * radius / String(peer.number).length));
      if (peer.outside) make("text", { x: peer.outside[0], y: peer.outside[1] + 6, class: "name" }, layers.guides).textContent = peer.name;
    }
    group.addEventListener("click", () => pick(peer.number));
    drawn.set(peer.number, group);
  }
  function label(parent, text, [x, y], height) {
    const element = make("text", { x: x, y: y + 0.36 * height }, parent);
    element.style.fontSize = height + "px";
    element.textContent = text;
  }
  if (data.sought) {
    const [x, y] = data.sought.at;
    make("path", { d: `M${x - 11},${y}L${x},${y - 11}L${x + 11},${y}L${x},${y + 11}Z`, class: "soughtmark" }, data.shape === "square" ? layers.route.parentNode.insertBefore(make("g", {}), layers.route) : layers.nodes);
    const text = data.sought.outside;
    if (text) make("text", { x: text[0], y: text[1] + 6, class: "name" }, layers.guides).textContent = "key " + data.sought.name;
  }

  // ---- Ways of messages. Over the edge of a torus only where the zones lie beside each other there and not here.
  const touching = (one, other, dx, dy) => one.boxes.some((a) => other.boxes.some((b) => {
    const [x, y] = [b[0] + dx, b[1] + dy], eps = 0.01;
    return a[0] <= x + b[2] + eps && x <= a[0] + a[2] + eps && a[1] <= y + b[3] + eps && y <= a[1] + a[3] + eps;
  }));
  function shift(one, other) {
    if (!one.boxes || !other.boxes || touching(one, other, 0, 0)) return [0, 0];
    const [, , width, height] = data.frame;
    for (const dx of [0, -width, width]) for (const dy of [0, -height, height]) {
      if ((dx || dy) && touching(one, other, dx, dy)) return [dx, dy];
    }
    return [0, 0];
  }
  function way(from, to) {
    const one = peers.get(from), other = peers.get(to);
    if (!one || !other || !one.at || !other.at) return null;
    const [dx, dy] = shift(one, other);
    const first = arc(one, other, one.at, [other.at[0] + dx, other.at[1] + dy]);
    if (!dx && !dy) return [first];
    return [first, arc(one, other, [one.at[0] - dx, one.at[1] - dy], other.at)];
  }
  // Bent to the left of the way, so that there and back differ.
  function arc(one, other, a, b) {
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length = Math.max(1, Math.hypot(dx, dy));
    const bend = one.boxes ? Math.min(14, 0.06 * length) : Math.min(34, Math.max(6, 0.1 * length));
    const control = [(a[0] + b[0]) / 2 + 2 * bend * dy / length, (a[1] + b[1]) / 2 - 2 * bend * dx / length];
    const trim = (peer, end) => {
      const gap = peer.boxes ? 0 : Math.min(size(peer) + 4, 0.4 * length);
      const [ux, uy] = [control[0] - end[0], control[1] - end[1]], norm = Math.max(1, Math.hypot(ux, uy));
      return [end[0] + gap * ux / norm, end[1] + gap * uy / norm];
    };
    return { start: trim(one, a), control: control, end: trim(other, b) };
  }
  const pathOf = (curve) => `M${curve.start}Q${curve.control} ${curve.end}`;
  function arrow(step, number, parent, style) {
    const curves = way(step[FROM], step[TO]);
    if (!curves || step[FROM] === step[TO]) return null;
    const kind = kindClass(step);
    const d = curves.map(pathOf).join("");
    const path = make("path", { d: d, class: "arrow " + kind + " " + style, "data-step": number, "data-from": step[FROM], "data-to": step[TO] }, parent);
    const tip = curves[curves.length - 1];
    const angle = Math.atan2(tip.end[1] - tip.control[1], tip.end[0] - tip.control[0]);
    const long = style === "now" ? 19 : 13;
    const corner = (turn, r) => (tip.end[0] - r * Math.cos(angle + turn)) + "," + (tip.end[1] - r * Math.sin(angle + turn));
    if (kind === "lost") {
      const [x, y] = tip.control;
      make("path", { d: `M${x - 9},${y - 9}L${x + 9},${y + 9}M${x + 9},${y - 9}L${x - 9},${y + 9}`, class: "arrow lost " + style, "stroke-dasharray": "none" }, parent);
    } else {
      make("polygon", { points: `${tip.end} ${corner(0.42, long)} ${corner(-0.42, long)}`, class: "head " + kind + (style === "old" ? " arrow old" : "") }, parent);
    }
    return path;
  }

  // ---- What a step is, in words.
  function words(step) {
    const [from, to] = [nameOf(step[FROM]), nameOf(step[TO])];
    switch (step[KIND]) {
      case "issued": return from + " begins to look for object " + data.object;
      case "request": return from + " asks " + to;
      case "again": return from + " asks " + to + ", who has been asked before";
      case "answer": return from + " answers " + to;
      case "answered": return to + " now knows that " + from + " has it";
      case "lost": return "from " + from + " to " + to + ": lost, or nobody is there";
      default: return to + ": a wait is over";
    }
  }
  const milliseconds = (value) => value.toFixed(value < 100 ? 2 : 1);

  // ---- Tables.
  const events = byId("events").tBodies[0];
  for (let row = 0; row < ROWS; row++) {
    const line = write("tr", "", events);
    for (let cell = 0; cell < 7; cell++) write("td", "", line);
    line.addEventListener("click", () => { if (line.dataset.step) go(Number(line.dataset.step)); });
  }
  byId("where").textContent = data.shape === "ring" ? "identifier" : data.shape === "square" ? "zone" : "";
  const table = byId("peers").tBodies[0], rows = new Map();
  for (const number of data.involved) {
    const peer = peers.get(number);
    const line = write("tr", "", table);
    for (const text of [number, peer.name || "", peer.part, peer.entries, peer.degree, ""]) write("td", text, line);
    line.tabIndex = 0;
    line.addEventListener("click", () => pick(number));
    line.addEventListener("keydown", (event) => { if (event.key === "Enter") pick(number); });
    rows.set(number, line);
  }
  function state(number) {
    const said = [];
    if (number === data.origin) said.push("asks");
    if (asked.has(number) && asked.get(number) <= at) said.push("asked at " + asked.get(number));
    if (answered.has(number) && answered.get(number) <= at) said.push("answered at " + answered.get(number));
    if (peers.get(number) && peers.get(number).holds) said.push("has it");
    return said.join(", ");
  }
  function pick(number) {
    picked = picked === number ? null : number;
    show(false);
  }
  function detail(number) {
    const box = byId("detail"), peer = peers.get(number);
    box.textContent = "";
    if (!peer) return;
    const text = nameOf(number) + ": " + (data.shape === "square" ? "zone " + peer.name + "; " : "") + count(peer.entries, "entry", "entries") + ", " + count(peer.degree, "link", "links");
    write("strong", text, box);
    const named = peer.links.map((other) => { const its = peers.get(other); return other + (its && its.name && data.shape === "ring" ? " (" + its.name + ")" : ""); });
    if (named.length) write("span", ": to " + named.join(", ") + (peer.degree > named.length ? ", and " + (peer.degree - named.length) + " more" : ""), box);
    layers.own.textContent = "";
    if (!peer.at) return;
    for (const other of peer.links.map((other) => peers.get(other)).filter((other) => other && other.at)) {
      make("line", { x1: peer.at[0], y1: peer.at[1], x2: other.at[0], y2: other.at[1], class: "own" }, layers.own);
    }
  }

  // ---- One step shown.
  function show(moving) {
    const step = at > 0 ? steps[at - 1] : null;
    byId("slider").value = at;
    byId("slider").setAttribute("aria-valuetext", "step " + at + " of " + last);
    byId("position").textContent = "step " + at + " of " + last;
    byId("head").textContent = step ? "Step " + at + ": " + words(step) : "Before the lookup";
    byId("what").textContent = step
      ? "after " + milliseconds(step[AFTER]) + " ms · " + step[HOPS] + (step[HOPS] === 1 ? " hop" : " hops") + " · account: " + step[ACCOUNT] + (step[MESSAGE] ? " · " + step[MESSAGE] : "")
      : nameOf(data.origin) + " will look for object " + data.object + ". Press space to play, → for one step.";
    const top = Math.max(0, Math.min(at - 1 - (ROWS >> 1), last - ROWS));
    for (let row = 0; row < ROWS; row++) {
      const line = events.rows[row], number = top + row + 1, its = steps[number - 1];
      line.dataset.step = its ? number : "";
      line.className = number === at ? "here" : number > at ? "come" : "";
      line.toggleAttribute("aria-current", number === at);
      const texts = its ? [number, milliseconds(its[AFTER]), its[FROM], its[TO], its[HOPS], its[ACCOUNT], its[KIND]] : ["", "", "", "", "", "", ""];
      texts.forEach((text, cell) => { line.cells[cell].textContent = text; });
    }
    for (const [number, line] of rows) {
      const said = state(number);
      if (line.cells[5].textContent !== said) line.cells[5].textContent = said;
      line.className = step && (step[FROM] === number || step[TO] === number) ? "here" : "";
    }
    const current = step ? rows.get(step[TO]) : null;
    if (current) {
      const slot = byId("peerslot");
      const [up, down] = [current.offsetTop - 30, current.offsetTop + current.offsetHeight - slot.clientHeight];
      if (slot.scrollTop > up) slot.scrollTop = up; else if (slot.scrollTop < down) slot.scrollTop = down;
    }
    for (const [number, group] of drawn) {
      const list = group.classList;
      list.toggle("origin", number === data.origin);
      list.toggle("asked", number !== data.origin && asked.has(number) && asked.get(number) <= at);
      const current = !!step && (step[FROM] === number || step[TO] === number);
      if (current && !list.contains("current")) layers.nodes.appendChild(group); // Above its neighbours.
      list.toggle("current", current);
    }
    layers.own.textContent = "";
    detail(picked !== null ? picked : step ? step[TO] : data.origin);
    layers.trail.textContent = "";
    const older = [];
    for (let index = at - 2; index >= 0 && older.length < TRAIL; index--) if (isMessage(steps[index])) older.push(index);
    older.reverse().forEach((index) => arrow(steps[index], index + 1, layers.trail, "old"));
    layers.route.textContent = "";
    const done = answerAt > 0 ? at >= answerAt : at === last;
    if (done) data.route.slice(1).forEach((to, index) => {
      const curves = way(data.route[index], to);
      if (curves) make("path", { d: curves.map(pathOf).join(""), class: "onroute" }, layers.route);
    });
    byId("outcome").textContent = at === last || done ? data.outcome : "";
    cancelAnimationFrame(frame);
    layers.flight.textContent = "";
    if (step && isMessage(step)) {
      const path = arrow(step, at, layers.flight, "now");
      if (path) fly(path, step, moving);
    }
    byId("back").disabled = byId("first").disabled = at === 0;
    byId("step").disabled = byId("last").disabled = at === last;
  }
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const speed = () => Number(byId("speed").value);
  function fly(path, step, moving) {
    const long = path.getTotalLength();
    const dot = make("g", {}, layers.flight);
    make("rect", { x: -15, y: -10, width: 30, height: 20, rx: 3, class: "flying" }, dot);
    make("path", { d: "M-15,-10L0,3L15,-10", class: "flying" }, dot);
    const name = make("text", { x: 0, y: -18, class: "flyname" }, dot);
    name.textContent = step[KIND];
    const place = (share) => {
      const point = path.getPointAtLength(share * long);
      dot.setAttribute("transform", `translate(${point.x},${point.y})`);
    };
    if (!moving || calm || speed() > 4) return place(0.5);
    const span = 620 / speed();
    let start = 0;
    const move = (now) => {
      start = start || now;
      const share = Math.min(1, (now - start) / span);
      place(share * (step[KIND] === "lost" ? 0.5 : 0.9));
      if (share < 1) frame = requestAnimationFrame(move);
    };
    place(0);
    frame = requestAnimationFrame(move);
  }

  // ---- Moving about.
  function go(to, moving) {
    at = Math.max(0, Math.min(last, to));
    show(moving === true);
  }
  function play(on) {
    playing = on;
    clearTimeout(timer);
    byId("now").setAttribute("aria-live", on ? "off" : "polite"); // Nobody can listen as fast as it plays.
    byId("play").textContent = on ? "pause" : "play";
    byId("play").setAttribute("aria-label", on ? "Pause (space)" : "Play (space)");
    if (!on) return;
    if (at === last) go(0);
    const next = () => {
      if (!playing) return;
      go(at + 1, true);
      if (at === last) play(false); else timer = setTimeout(next, 900 / speed());
    };
    timer = setTimeout(next, 150);
  }
  const halt = (to) => { play(false); go(to, to === at + 1); };
  byId("slider").max = last;
  byId("slider").addEventListener("input", (event) => halt(Number(event.target.value)));
  byId("first").addEventListener("click", () => halt(0));
  byId("back").addEventListener("click", () => halt(at - 1));
  byId("step").addEventListener("click", () => halt(at + 1));
  byId("last").addEventListener("click", () => halt(last));
  byId("play").addEventListener("click", () => play(!playing));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const tag = event.target.tagName;
    const keys = { ArrowRight: () => halt(at + 1), ArrowLeft: () => halt(at - 1), Home: () => halt(0), End: () => halt(last), " ": () => play(!playing) };
    if (!(event.key in keys) || tag === "SELECT" || (tag === "BUTTON" && event.key === " ")) return;
    event.preventDefault();
    keys[event.key]();
  });

  // ---- Light and dark.
  const theme = (name) => { document.documentElement.dataset.theme = name; };
  const wanted = new URLSearchParams(location.hash.slice(1));
  theme(wanted.get("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
  byId("theme").addEventListener("click", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));

  // ---- What the signs mean, as far as they occur.
  const legend = byId("legend");
  function sign(text, draw) {
    const span = write("span", "", legend);
    const small = make("svg", { width: 40, height: 20, viewBox: "0 0 40 20", "aria-hidden": "true" }, span);
    draw(small);
    write("span", text, span);
  }
  const has = (test) => data.peers.some((peer) => peer.at && test(peer));
  const shapeSign = (part, kind, holds) => (small) => {
    const zone = data.shape === "square";
    const group = make("g", { class: "peer " + kind + (zone ? " zone" : "") }, small);
    const body = outline({ part: zone && !holds ? "server" : part }, [20, 10], 7);
    body.setAttribute("class", "body");
    group.appendChild(body);
    if (holds) make("circle", { cx: 20, cy: 10, r: 8.5, class: "holder" }, group);
  };
  if (has((peer) => peer.part === "server")) sign("server", shapeSign("server", ""));
  if (has((peer) => peer.part === "supernode")) sign("supernode", shapeSign("supernode", ""));
  sign(data.shape === "square" ? "zone of a peer" : "peer", shapeSign("peer", ""));
  sign("asks", shapeSign("peer", "origin"));
  sign("was asked", shapeSign("peer", "asked"));
  if (has((peer) => peer.holds)) sign("has the object", shapeSign("peer", "", true));
  if (data.sought) sign("its key", (small) => make("path", { d: "M12,10L20,2L28,10L20,18Z", class: "soughtmark" }, small));
  for (const [kind, text] of [["request", "request"], ["again", "request to one asked before"], ["answer", "answer"], ["lost", "lost"]]) {
    if (steps.some((step) => step[KIND] === kind)) sign(text, (small) => {
      make("path", { d: "M0,10L32,10", class: "arrow " + kind }, small);
      if (kind === "lost") make("path", { d: "M12,4L24,16M24,4L12,16", class: "arrow lost" }, small);
      else make("polygon", { points: "40,10 28,4 28,16", class: "head " + kind }, small);
    });
  }
  byId("leftout").textContent = data.left_out.join(" ");

  // ---- For tests and for links: #step=12, #theme=dark, #autoplay.
  go(wanted.has("step") ? Number(wanted.get("step")) || 0 : 0);
  if (wanted.has("autoplay")) {
    const visited = [];
    while (at < last) {
      byId("step").click();
      const path = layers.flight.querySelector("path[data-step]");
      if (path) visited.push(path.dataset.from + ">" + path.dataset.to);
    }
    document.documentElement.dataset.visited = visited.join(" ");
    const press = (key) => {
      document.dispatchEvent(new KeyboardEvent("keydown", { key: key, cancelable: true }));
      return playing ? "plays" : at;
    };
    document.documentElement.dataset.keys = ["Home", "ArrowRight", "ArrowLeft", " ", " ", "End"].map(press).join(" ");
    document.documentElement.dataset.done = "yes";
  }
})();
