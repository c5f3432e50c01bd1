// One stream for all tabs: the worker listens, every tab hears it.
const ports = new Set();
const say = (word) => {
  for (const port of ports) port.postMessage(word);
};
let source = null;
const listen = () => {
  source = new EventSource("/live");
  source.addEventListener("beat", (event) => say({ what: "beat", news: JSON.parse(event.data) }));
  source.addEventListener("ended", () => say({ what: "ended" }));
  // A stream that was refused (signed out, too many) is closed for good: begin again, seldom.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
};
self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", (told) => {
    if (told.data === "bye") ports.delete(port);
  });
  port.start();
  if (source === null) listen();
});
