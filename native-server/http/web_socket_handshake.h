// An HTTP request that asks for a WebSocket -> 101 and the subprotocol, or a refusal that says why.
#pragma once

#include <string_view>

#include "http/http_message.h"

namespace wasmqtt {

// True when the request asks to be upgraded to a WebSocket, rightly or not; other upgrades are ignored. [RFC9110 7.8]
bool wants_web_socket(const HttpRequest& request);

// Status 101 completes the handshake. Of the subprotocols offered "mqtt" is chosen [MQTT-6.0.0-4], and "mqttv3.1" where
// it is the only one that carries MQTT; a client that offers none gets none: a standard one always offers "mqtt"
// [MQTT-6.0.0-3], but tools that don't are otherwise harmless.
HttpResponse answer_web_socket_handshake(const HttpRequest& request);

}  // namespace wasmqtt
