// SPDX-License-Identifier: GPL-3.0-or-later
// What came: counted by the browser itself, and read out of pictures and sound.
"use strict";

const COUNTER_CELLS = 16;  // as src/media/test-source.h

/** The browser's own statistics: of what came, and of the path; times in seconds. */
async function statistics() {
  const entries = [...(await peer.pc.getStats()).values()];
  const find = (type, more = () => true) =>
    entries.find(entry => entry.type == type && more(entry)) || {};
  const lines = peer.lines.map(transceiver => transceiver.mid);
  const inbound = line => find("inbound-rtp", entry => entry.mid == lines[line]);
  const codec = entry => (find("codec", other => other.id == entry.codecId).mimeType || "");
  const pair = find("candidate-pair", entry => entry.nominated && entry.state == "succeeded");
  const sound = inbound(0), camera = inbound(1), screen = inbound(2);
  return {
    frames: camera.framesDecoded || 0, width: camera.frameWidth || 0, height: camera.frameHeight || 0,
    codec: codec(camera), screenFrames: screen.framesDecoded || 0,
    energy: sound.totalAudioEnergy || 0, soundCodec: codec(sound),
    samples: sound.totalSamplesReceived || 0, concealed: sound.concealedSamples || 0,
    silentConcealed: sound.silentConcealedSamples || 0,
    bytes: (sound.bytesReceived || 0) + (camera.bytesReceived || 0),
    jitterBuffer: (camera.jitterBufferDelay || 0) / (camera.jitterBufferEmittedCount || 1),
    roundTrip: pair.currentRoundTripTime || 0,
    local: (entries.find(entry => entry.id == pair.localCandidateId) || {}).candidateType,
    remote: (entries.find(entry => entry.id == pair.remoteCandidateId) || {}).candidateType };
}

/** The newest statistics(), for conditions that are looked at again and again. */
let watched = {};
setInterval(async () => { if (peer) watched = await statistics(); }, 100);

/** The strongest tone in what is heard just now, in Hz; 0: silence. */
let analyser;
function tone() {
  if (!analyser) {
    const context = new AudioContext();
    analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(document.getElementById("microphone").srcObject).connect(analyser);
  }
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  const best = levels.indexOf(Math.max(...levels));
  return levels[best] > -60 ? best * analyser.context.sampleRate / analyser.fftSize : 0;
}

/** The steps between the time stamps of @n packets of sound that were looked at one after the other. */
async function soundSteps(n) {
  const receiver = peer.lines[0].receiver;
  const stamps = [];
  while (stamps.length <= n) {
    const [source] = receiver.getSynchronizationSources();
    if (source && source.rtpTimestamp != stamps.at(-1)) stamps.push(source.rtpTimestamp);
    await new Promise(done => setTimeout(done, 5));
  }
  return stamps.slice(1).map((stamp, i) => stamp - stamps[i]);
}

const KEPT_OF = 40;  // frames one is kept

/** The brightness of each pixel of an RGBA picture, as video has it, in base64. */
function luma(pixels) {
  let text = "";
  for (let i = 0; i < pixels.length; i += 4)
    text += String.fromCharCode(16.5 + 0.25679 * pixels[i] + 0.50413 * pixels[i + 1] +
                                0.09791 * pixels[i + 2]);
  return btoa(text);
}

/** Reads the number out of each frame of a video element as it is shown, and keeps some if it is told
 *  how large. */
class FrameWatch {
  constructor(id, width = 0, height = 0) {
    this.kept = [];  // [number, RGBA]
    this.whole = width
      ? new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true }) : null;
    this.frames = [];  // [number, when it was handed to the screen, when captured or undefined]; Unix ms
    this.video = document.getElementById(id);
    this.canvas = document.createElement("canvas");
    this.canvas.width = COUNTER_CELLS;
    this.canvas.height = 1;
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.context.imageSmoothingEnabled = false;
    this.next = this.next.bind(this);
    this.handle = this.video.requestVideoFrameCallback(this.next);
  }

  next(time, data) {
    this.frames.push([this.number(data.width), performance.timeOrigin + data.presentationTime,
                      data.captureTime && performance.timeOrigin + data.captureTime]);
    if (this.whole && this.frames.length % KEPT_OF == 1) this.keep(this.frames.at(-1)[0]);
    this.handle = this.video.requestVideoFrameCallback(this.next);
  }

  keep(number) {
    const { width, height } = this.whole.canvas;
    this.whole.drawImage(this.video, 0, 0, width, height);
    this.kept.push([number, this.whole.getImageData(0, 0, width, height).data]);
  }

  /** The counter in the picture, or -1. */
  number(width) {
    const cell = Math.floor(width / COUNTER_CELLS);
    this.context.drawImage(this.video, 0, 0, cell * COUNTER_CELLS, cell, 0, 0, COUNTER_CELLS, 1);
    const pixels = this.context.getImageData(0, 0, COUNTER_CELLS, 1).data;
    let number = 0;
    for (let i = 0; i < COUNTER_CELLS; i++) {
      const level = pixels[4 * i + 1];
      if (level > 90 && level < 165) return -1;
      number = number << 1 | (level >= 165);
    }
    return number;
  }

  stop() {
    this.video.cancelVideoFrameCallback(this.handle);
    return this.frames;
  }
}
