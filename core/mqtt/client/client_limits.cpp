// What a host narrows beyond what the server says, and the messages that it gives up.
#include <utility>

#include "mqtt/client/client_state.h"

namespace mqtt {

namespace {

// Not a SUBSCRIBE or UNSUBSCRIBE.
bool is_message(const FlightEntry& entry) {
  return entry.state == FlightState::AwaitingPuback || entry.state == FlightState::AwaitingPubrec ||
         entry.state == FlightState::AwaitingPubcomp;
}

}  // namespace

void Client::State::limit_in_flight(std::uint16_t messages, Instant now) {
  flight_limit_ = messages;
  if (phase_ == ClientPhase::Connected) send_waiting(now);
}

// Its own QoS is a part of a kept message.
void Client::State::lower_qos(Message& message) {
  message.to_publish(stored_, message.expires_at());
  stored_.qos = granted_.maximum_qos;
  message = Message::keep_until(message.expires_at(), stored_, message.shared_payload());
}

Client::Unacknowledged Client::State::unacknowledged() {
  Unacknowledged found;
  in_flight_.for_each([&](PacketIdentifier, FlightEntry& entry) {
    if (!is_message(entry) || !entry.is_sent) return;
    if (found.messages++ == 0) found.first = entry.token;
  });
  return found;
}

std::optional<std::string> Client::State::give_up_sent(OperationToken token) {
  PacketIdentifier identifier = 0;
  in_flight_.for_each([&](PacketIdentifier each, FlightEntry& entry) {
    if (identifier == 0 && is_message(entry) && entry.token == token) identifier = each;
  });
  if (identifier == 0) return std::nullopt;
  const FlightEntry& entry = *in_flight_.find(identifier);
  std::string topic;
  if (entry.delivery.message) topic = entry.delivery.message.topic();
  // The server may hold the identifier, and would take the next QoS 2 message under it for a copy of this one.
  if (entry.state != FlightState::AwaitingPuback) unknown_flows_.add(identifier);
  settle_publish(identifier);
  return topic;
}

}  // namespace mqtt
