// The server's side of the opening handshake. [RFC6455 4.2]
#include "http/web_socket_handshake.h"

#include <algorithm>
#include <array>

#include "net/base64.h"
#include "net/sha1.h"

namespace wasmqtt {
namespace {

// The standard's name goes first [MQTT-6.0.0-4]; clients of 3.1 know their own alone.
constexpr std::array<std::string_view, 2> kSubprotocols{"mqtt", "mqttv3.1"};
constexpr std::string_view kSubprotocolOf3_1 = kSubprotocols[1];
constexpr std::string_view kHandshakeGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

std::string_view chosen_subprotocol(std::string_view offered) {
  const auto names = list_elements(offered);
  for (const std::string_view known : kSubprotocols) {
    if (std::find(names.begin(), names.end(), known) != names.end()) return known;
  }
  return {};
}

HttpResponse wrong_version() {
  HttpResponse response = http_problem(426, "This server speaks version 13 of the WebSocket protocol (RFC 6455).");
  response.fields.push_back({"Sec-WebSocket-Version", "13"});
  response.fields.push_back({"Upgrade", "websocket"});
  return response;
}

// Programs send an Origin, too, so it takes another mark of a browser. Chromium sends no Sec-Fetch-... with a
// WebSocket's handshake; every browser calls itself Mozilla.
bool is_of_browser(const HttpRequest& request) {
  if (request.count("Origin") == 0) return false;
  const bool is_fetched = std::any_of(request.fields.begin(), request.fields.end(), [](const HttpField& field) {
    constexpr std::string_view kPrefix = "Sec-Fetch-";
    return equals_ignoring_case(field.name.substr(0, kPrefix.size()), kPrefix);
  });
  return is_fetched || request.field("User-Agent").value_or("").starts_with("Mozilla/");
}

}  // namespace

bool wants_web_socket(const HttpRequest& request) {
  if (!has_token(request.field("Upgrade").value_or(""), "websocket")) return false;
  return request.upgrade || request.count("Sec-WebSocket-Key") > 0;
}

HttpResponse answer_web_socket_handshake(const HttpRequest& request) {
  if (request.method != "GET") return http_problem(400, "A WebSocket is opened with GET.");
  if (!request.is_http_1_1) return http_problem(400, "A WebSocket needs HTTP/1.1.");
  if (!request.upgrade) {
    return http_problem(400,
                        "Upgrade: websocket came without Connection: Upgrade; a proxy in between has to pass both on.");
  }
  const auto version = request.field("Sec-WebSocket-Version");
  if (!version) return http_problem(400, "The header field Sec-WebSocket-Version is missing.");
  if (*version != "13") return wrong_version();
  const auto key = request.field("Sec-WebSocket-Key");
  if (!key || !is_base64_of(*key, 16)) {
    return http_problem(400, "The header field Sec-WebSocket-Key must hold 16 bytes in Base64.");
  }
  const auto offered = request.field("Sec-WebSocket-Protocol");
  const std::string_view subprotocol = offered ? chosen_subprotocol(*offered) : std::string_view();
  if (offered && subprotocol.empty()) {
    return http_problem(400, "None of the offered subprotocols is known here; offer \"mqtt\" (or \"mqttv3.1\").");
  }
  HttpResponse response;
  response.status = 101;
  response.fields.push_back({"Upgrade", "websocket"});
  response.fields.push_back({"Connection", "Upgrade"});
  response.fields.push_back({"Sec-WebSocket-Accept", base64_encoded(sha1(*key + std::string(kHandshakeGuid)))});
  if (!subprotocol.empty()) response.fields.push_back({"Sec-WebSocket-Protocol", std::string(subprotocol)});
  return response;
}

FrameReading frame_reading_of(const HttpRequest& request, const HttpResponse& answer) {
  const auto field = std::find_if(answer.fields.begin(), answer.fields.end(), [](const HttpField& each) {
    return equals_ignoring_case(each.name, "Sec-WebSocket-Protocol");
  });
  if (field == answer.fields.end()) return FrameReading::Unknown;
  if (field->value == kSubprotocolOf3_1) return FrameReading::OnePacket;
  const bool is_of_wasmqtt = request.field("User-Agent").value_or("").starts_with("wasmqtt/");
  return is_of_wasmqtt || is_of_browser(request) ? FrameReading::SeveralPackets : FrameReading::Unknown;
}

}  // namespace wasmqtt
