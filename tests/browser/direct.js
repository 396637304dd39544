// SPDX-License-Identifier: GPL-3.0-or-later
// A call of two pages with nobody between them: whoever drives them carries the descriptions, which are
// whole. So it runs on any link, whether or not a server can be reached over it.
"use strict";

async function gathered() {
  await until("peer.pc.iceGatheringState == 'complete'");
  const { type, sdp } = peer.pc.localDescription;
  return { kind: "description", sdp: { type, sdp } };
}

async function directOffer() {
  peer = new Peer({}, () => {});
  await peer.offer();
  return gathered();
}

async function directAnswer(offer) {
  peer = new Peer({}, () => {});
  await peer.take(offer);
  return gathered();
}

/** @pictures: whether the camera is sent, too; @preference: what yields where not all can be sent, as in
 *  RTCRtpSendParameters.degradationPreference, none: what the browser does by itself. */
async function directStart(pictures, preference) {
  const devices = await openDevices();
  if (!pictures) devices.removeTrack(devices.getVideoTracks()[0]);
  await peer.putDevices(devices);
  if (preference) await peer.prefer(preference);
}

let watches, before;

/** From here on what is shown of them, and of ourselves, is looked at; some of theirs is kept, so large. */
async function measure(width, height) {
  before = await statistics();
  watches = { camera: new FrameWatch("camera", width, height), own: new FrameWatch("own") };
}

/** What was seen and heard since measure(). */
async function measured() {
  const after = await statistics();
  return { camera: watches.camera.stop(), own: watches.own.stop(),
           samples: after.samples - before.samples, concealed: after.concealed - before.concealed,
           bytes: after.bytes - before.bytes, width: after.width,
           pictures: watches.camera.kept.map(([number, pixels]) => [number, luma(pixels)]) };
}
