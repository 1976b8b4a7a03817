// An HTTP request that asks for a WebSocket -> 101 and the subprotocol, or a refusal that says why.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/http_message.h"

namespace wasmqtt {

// True when the request asks to be upgraded to a WebSocket, rightly or not; other upgrades are ignored. [RFC9110 7.8]
bool wants_web_socket(const HttpRequest& request);

// Status 101 completes the handshake. Of the subprotocols offered "mqtt" is chosen [MQTT-6.0.0-4], and "mqttv3.1" where
// it is the only one that carries MQTT; a client that offers none gets none: a standard one always offers "mqtt"
// [MQTT-6.0.0-3], but tools that don't are otherwise harmless.
HttpResponse answer_web_socket_handshake(const HttpRequest& request);

// How a client reads frames, as far as its handshake tells.
enum class FrameReading : std::uint8_t {
  OnePacket,  // it speaks "mqttv3.1": clients of that time take a frame for a packet
  Unknown,
  SeveralPackets,  // a browser, which hands frames to code that has met every broker; or wasmqtt's own client in Node
};

// Of the client whose request was answered so, with status 101.
FrameReading frame_reading_of(const HttpRequest& request, const HttpResponse& answer);

}  // namespace wasmqtt
