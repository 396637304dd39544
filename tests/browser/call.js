// SPDX-License-Identifier: GPL-3.0-or-later
// A call over beckon-server, as docs/protocol.md has it, from one page. It does what our client does:
// offer right behind the invitation, answer while it rings, and hold that – and the caller's candidates –
// until accept, when devices are opened, too.
"use strict";

let socket, nextId = 1, call, callee, peer, options = {}, holding = false;
let heldOut = [], heldIn = [];
const pending = new Map(), events = [], times = {};

function request(type, fields) {
  const id = nextId++;
  socket.send(JSON.stringify({ id, type, ...fields }));
  return new Promise((resolve, reject) => pending.set(id, { resolve, reject }));
}

function sendSignal(payload) {
  if (holding) heldOut.push(payload);
  else request("signal.send", { call, to: { user: callee }, payload });
}

async function onSignal(payload) {
  if (payload.kind == "description" && payload.sdp.type == "offer") {
    holding = true;
    peer = new Peer(options, sendSignal);
  }
  if (holding && payload.kind == "candidate") heldIn.push(payload);
  else await peer.take(payload);
}

/** One after the other: a candidate waits for the description that came before it. */
let handled = Promise.resolve();
function onEvent(event) {
  socket.send(JSON.stringify({ ack: event.seq }));
  events.push(event);
  times[event.type] = now();
  if (event.type == "call.received") { call = event.call; callee = event.from.id; }
  else if (event.type == "signal.received")
    handled = handled.then(() => onSignal(event.payload));
}

/** Signs in; @wanted are the options of Peer. */
function connect(url, token, device, wanted = {}) {
  return new Promise((resolve, reject) => {
    socket = new WebSocket(url, "beckon.v1");
    socket.onerror = reject;
    socket.onmessage = e => {
      const message = JSON.parse(e.data);
      if (message.re === undefined) { onEvent(message); return; }
      const { resolve: yes, reject: no } = pending.get(message.re);
      pending.delete(message.re);
      if (message.ok) yes(message); else no(new Error(message.error.code));
    };
    socket.onopen = () => request("hello", {
      token, device: { id: device, name: device, agent: "browser" } }).then(reply => {
        options = { ...wanted, iceServers: reply.ice_servers };
        resolve();
      }, reject);
  });
}

async function invite(user, media = "video") {
  const stream = await openDevices();
  callee = user;
  times.invite = now();
  call = (await request("call.invite", { invitees: [user], media, timeout: 60 })).call;
  peer = new Peer(options, sendSignal);
  await peer.offer();
  if (media == "voice") stream.getVideoTracks().forEach(track => stream.removeTrack(track));
  await peer.putDevices(stream);
}

async function accept(media = "video") {
  times.accept = now();
  const devices = openDevices();
  const accepted = request("call.accept", { call });
  holding = false;
  heldOut.forEach(sendSignal);
  heldIn.forEach(payload => peer.take(payload));
  await accepted;
  const stream = await devices;
  if (media == "voice") stream.getVideoTracks().forEach(track => stream.removeTrack(track));
  await peer.putDevices(stream);
}

/** Leaves the call, if there is one and a server. */
async function leave() {
  if (socket.readyState == WebSocket.OPEN && call)
    await request("call.leave", { call, reason: "hung-up" }).catch(() => {});
  if (peer) peer.pc.close();
}
