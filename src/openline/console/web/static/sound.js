// Sound in the page, once a gesture has allowed it. The annunciator does not depend on any page.
let audio = null;
let last = 0;

const button = () => document.getElementById("arm");

const show = () => {
  const on = audio !== null && audio.state === "running";
  const one = button();
  if (!one) return;
  one.setAttribute("aria-pressed", String(on));
  one.querySelector("span").textContent = on ? one.dataset.on : one.dataset.off;
};

const tone = (hz, from_s, for_s) => {
  const wave = audio.createOscillator();
  const gain = audio.createGain();
  wave.frequency.value = hz;
  gain.gain.value = 0.2;
  wave.connect(gain).connect(audio.destination);
  wave.start(audio.currentTime + from_s);
  wave.stop(audio.currentTime + from_s + for_s);
};

const tunes = {
  test: [[660, 0, 0.2]],
  new: [[660, 0, 0.15], [880, 0.2, 0.15]],
  flash: [[880, 0, 0.2], [880, 0.3, 0.2], [880, 0.6, 0.2], [1175, 0.9, 0.4]],
  alarm: [[440, 0, 0.4], [330, 0.5, 0.4]],
};

export const sound = (name) => {
  if (audio === null || audio.state !== "running" || performance.now() - last < 1500) return;
  last = performance.now();
  for (const note of tunes[name]) tone(...note);
};

export const arm = async () => {
  if (audio !== null && audio.state === "running") {
    await audio.suspend();
  } else {
    audio ??= new AudioContext();
    await audio.resume();
    sound("test");
  }
  show();
};
