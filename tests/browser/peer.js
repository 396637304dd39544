// SPDX-License-Identifier: GPL-3.0-or-later
// A peer connection with the lines of docs/protocol.md – sound, camera, screen, data channel – and what is
// told on the data channel. It knows nothing of how descriptions and candidates travel.
"use strict";

const LINES = ["microphone", "camera", "screen"];

const now = () => performance.now();

/** Until @condition, an expression, is true; looking here costs nothing outside. */
function until(condition, seconds = 30) {
  const look = new Function(`return (${condition});`);
  return new Promise((yes, no) => {
    const end = now() + seconds * 1000;
    const step = () => {
      const value = look();
      if (value) yes(value);
      else if (now() > end) no(new Error("timed out: " + condition));
      else setTimeout(step, 5);
    };
    step();
  });
}

function openDevices() {
  return navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } });
}

/** A screen of one colour: a stream of it, drawn often enough that there is always a next frame. */
function openScreen(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 360;
  const context = canvas.getContext("2d");
  setInterval(() => {
    context.fillStyle = colour;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 50);
  return canvas.captureStream(20).getVideoTracks()[0];
}

class Peer {
  /** @options: video codecs by name, none: all that there are ("codecs"); relayed candidates only
   *  ("relayOnly"); "iceServers" as WebRTC has them. @send is given each description and candidate. */
  constructor(options, send) {
    this.options = options;
    this.send = send;
    this.states = [];    // what they said that they send, in order
    this.goodbyes = [];  // of theirs, and answers to ours
    this.times = {};
    this.pc = new RTCPeerConnection({
      iceServers: options.iceServers || [],
      iceTransportPolicy: options.relayOnly ? "relay" : "all" });
    this.pc.onicecandidate = e => {
      if (e.candidate && e.candidate.candidate)
        this.send({ kind: "candidate", generation: 1, mline: e.candidate.sdpMLineIndex,
                    candidate: e.candidate.candidate });
    };
    this.pc.ontrack = e => this.show(e.transceiver, e.track);
    this.pc.ondatachannel = e => this.watch(e.channel);
  }

  /** A line that is refused stops, and is not told of any more: they are kept as they were. */
  get lines() {
    if (!this.transceivers) this.transceivers = this.pc.getTransceivers();
    return this.transceivers;
  }

  line(name) {
    return this.lines[LINES.indexOf(name)];
  }

  show(transceiver, track) {
    const line = LINES[this.lines.indexOf(transceiver)];
    const element = document.getElementById(line);
    element.srcObject = new MediaStream([track]);
    if (line == "camera")
      element.requestVideoFrameCallback(() => { this.times.firstFrame = now(); });
  }

  watch(channel) {
    this.channel = channel;
    channel.onopen = () => { this.tell(); };
    channel.onmessage = e => {
      const message = JSON.parse(e.data);
      if (message.kind == "state") this.states.push(message);
      else if (message.kind == "bye" || message.kind == "byeack") this.goodbyes.push(message);
      if (message.kind == "bye") this.say({ kind: "byeack" });
    };
    setInterval(() => this.say({ kind: "heartbeat" }), 500);
  }

  say(message) {
    if (this.channel.readyState == "open") this.channel.send(JSON.stringify(message));
  }

  /** What is sent, on the data channel. */
  tell() {
    const state = { kind: "state" };
    this.lines.forEach((transceiver, i) => {
      const track = transceiver.sender.track;
      state[LINES[i]] = track != null && track.enabled;
    });
    this.say(state);
  }

  preferCodecs() {
    const wanted = this.options.codecs;
    if (!wanted) return;
    const all = RTCRtpReceiver.getCapabilities("video").codecs;
    const codecs = [...wanted, "rtx"].flatMap(
      name => all.filter(codec => codec.mimeType == "video/" + name));
    for (const transceiver of this.lines)
      if (transceiver.receiver.track.kind == "video")
        transceiver.setCodecPreferences(codecs);
  }

  /** Who has one codec only sends that one. By itself Chromium sends what the offer has first, though it be
   *  not in the answer. */
  async sendTheOne() {
    if (!this.options.codecs || this.options.codecs.length > 1) return;
    const wanted = "video/" + this.options.codecs[0];
    for (const { sender, receiver } of this.lines) {
      const parameters = sender.getParameters();
      const codec = parameters.codecs.find(one => one.mimeType == wanted);
      if (receiver.track.kind != "video" || !codec || !parameters.encodings.length) continue;
      parameters.encodings[0].codec = codec;
      await sender.setParameters(parameters);
    }
  }

  async describe(description) {
    await this.pc.setLocalDescription(description);
    const { type, sdp } = this.pc.localDescription;
    this.send({ kind: "description", generation: 1, sdp: { type, sdp } });
  }

  async offer() {
    for (const kind of ["audio", "video", "video"]) this.pc.addTransceiver(kind);
    this.preferCodecs();
    this.watch(this.pc.createDataChannel("beckon"));
    await this.describe(await this.pc.createOffer());
  }

  /** A description or candidate of theirs. */
  async take(payload) {
    if (payload.kind == "candidate")
      await this.pc.addIceCandidate({ candidate: payload.candidate, sdpMLineIndex: payload.mline });
    if (payload.kind != "description") return;
    await this.pc.setRemoteDescription(payload.sdp);
    if (payload.sdp.type != "offer") return;
    for (const transceiver of this.lines) transceiver.direction = "sendrecv";
    this.preferCodecs();
    await this.describe(await this.pc.createAnswer());
    await this.sendTheOne();
    this.times.prepared = now();
  }

  /** Sends @track, or nothing (null), on @line, and says so. */
  async put(line, track) {
    if (this.line(line).currentDirection == "stopped") return;
    await this.line(line).sender.replaceTrack(track);
    if (line == "camera" && track)
      document.getElementById("own").srcObject = new MediaStream([track]);
    if (this.channel) this.tell();
  }

  /** What yields of the camera's pictures where not all of them can be sent. */
  async prefer(degradationPreference) {
    const { sender } = this.line("camera");
    await sender.setParameters({ ...sender.getParameters(), degradationPreference });
  }

  /** Turns what is sent on @line off or on. */
  turn(line, on) {
    this.line(line).sender.track.enabled = on;
    this.tell();
  }

  async putDevices(stream) {
    for (const track of stream.getTracks())
      await this.put(track.kind == "audio" ? "microphone" : "camera", track);
  }
}
