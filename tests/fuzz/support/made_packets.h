// Choices -> well-formed packets of a small world: few clients, topics and packet identifiers, so that they meet.
#pragma once

#include <string_view>

#include "fuzz/support/choices.h"
#include "mqtt/packet/packet.h"

namespace mqtt::fuzz {

// Their texts and payloads live as long as the choices and the program.
std::string_view make_topic(Choices& choices);
Bytes make_payload(Choices& choices);
Properties make_message_properties(Choices& choices);

Connect make_connect(Choices& choices);
Publish make_publish(Choices& choices);
Subscribe make_subscribe(Choices& choices);
Unsubscribe make_unsubscribe(Choices& choices);
PublishResponse make_publish_response(Choices& choices);
Auth make_auth(Choices& choices);
Disconnect make_disconnect(Choices& choices);
Connack make_connack(Choices& choices);

// A packet that a client may send after its CONNECT, or a server, its CONNACK included.
Packet make_client_packet(Choices& choices);
Packet make_server_packet(Choices& choices);

}  // namespace mqtt::fuzz
