// Messages whose host says when and how they are acknowledged -> PUBACK and PUBREC, in the order of arrival.
#include <utility>

#include "mqtt/client/client_state.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/reason_codes.h"
#include "mqtt/connection/explanation.h"

namespace mqtt {

void Client::State::handle_publish_for_host(const Publish& publish, Instant now) {
  const PacketIdentifier identifier = publish.packet_identifier;
  // It was sent again before it was answered: the answer is to both.
  if (arrivals_.contains(identifier)) return;
  const auto answer = publish.qos == QoS::AtLeastOnce ? PacketType::Puback : PacketType::Pubrec;
  if (answer == PacketType::Pubrec && incoming_qos2_.contains(identifier)) {
    // The host took it before; only the PUBREC was lost, and it has its turn. [MQTT-4.3.3-10]
    return decide(arrivals_.add(identifier, answer), {.type = answer, .packet_identifier = identifier}, now);
  }
  if (unreleased_ >= own_receive_maximum_) return fail(kReceiveMaximumExceeded, now);
  ++unreleased_;
  arrivals_.add(identifier, answer);
  listener_.on_message(publish);
}

Result<void> Client::State::acknowledge(PacketIdentifier identifier, ReasonCode reason, const Properties& properties,
                                        Instant now) {
  Arrival* arrival = phase_ == ClientPhase::Connected ? arrivals_.find_undecided(identifier) : nullptr;
  if (arrival == nullptr) return {};
  if (const auto encodable = check_encodable(properties); !encodable) return encodable.error();
  PublishResponse response{.type = arrival->answer, .packet_identifier = identifier};
  if (version_ == ProtocolVersion::V5_0) {
    response.reason = reason_code_for(response.type, reason);  // [MQTT-3.4.2-1] [MQTT-3.5.2-1]
    response.properties = properties;
  }
  arrival->ends_flow = response.type == PacketType::Puback || is_failure(response.reason);
  // From here on the message is the host's, over the end of this transport too. One that is refused is forgotten: under
  // its packet identifier comes another. [MQTT-4.3.3-9]
  if (!arrival->ends_flow) {
    incoming_qos2_.insert(identifier);
    recorder_.incoming_qos2(identifier);
  }
  decide(*arrival, std::move(response), now);
  return {};
}

void Client::State::leave_unacknowledged(PacketIdentifier identifier, Instant now) {
  Arrival* arrival = phase_ == ClientPhase::Connected ? arrivals_.find_undecided(identifier) : nullptr;
  if (arrival == nullptr) return;
  arrivals_.leave(*arrival);
  send_decided(now);
}

void Client::State::decide(Arrival& arrival, PublishResponse response, Instant now) {
  arrival.is_decided = true;
  // [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3]
  const bool fits = fit_explanation(response.properties, [&] {
    arrival.packet.clear();
    encode(response, version_, arrival.packet);
    return arrival.packet.size() <= granted_.maximum_packet_size;
  });
  if (!fits) arrivals_.leave(arrival);  // [MQTT-3.2.2-15]
  send_decided(now);
}

void Client::State::send_decided(Instant now) {
  while (const auto arrival = arrivals_.take_decided()) {
    if (arrival->ends_flow && unreleased_ > 0) --unreleased_;
    write(arrival->answer, arrival->identifier, now, [&](ByteBuffer& out) { out.append(arrival->packet.view()); });
  }
}

}  // namespace mqtt
