// What one client receives the other publishes, and what the other's broker acknowledges the one acknowledges.
#include <algorithm>
#include <utility>

#include "mqtt/bridge/bridge_retained.h"
#include "mqtt/bridge/bridge_state.h"

namespace mqtt {

void Bridge::State::Side::on_message(const Publish& message) {
  if (message.qos == QoS::AtMostOnce) return send_to_other(message, kNoToken);
  const PacketIdentifier identifier = message.packet_identifier;
  Passage& passage = passages[identifier];
  passage.is_here = true;
  const bool is_under_way = passage.token != kNoToken && message.dup;
  if (is_under_way) {
    if (passage.is_done) finished.push_back(identifier);
    return;
  }
  if (++sent == 0) ++sent;
  passage.token = message_token(sent, identifier);
  passage.is_done = false;
  send_to_other(message, passage.token);
}

void Bridge::State::Side::send_to_other(const Publish& message, OperationToken token) {
  const bool is_local = name == BridgeSide::Local;
  if (!is_local && bridge.is_plain() && bridge.echoes_.take(message.topic, message.payload, bridge.now_))
    return finish(token, ReasonCode::Success);
  const bool is_answer = !is_local && bridge.retained_ != nullptr && Retained::is_answer(message);
  const auto& identifiers = message.properties.subscription_identifiers;
  const BridgeRoute* route = is_answer ? map.find(message.topic, {}) : map.find(message.topic, identifiers);
  if (route == nullptr) return finish(token, ReasonCode::Success);  // left over from other rules, or another copy
  Publish crossing = message;
  crossing.topic = TopicMap::rename(*route, message.topic, renamed);
  crossing.properties.topic_alias.reset();
  if (is_local || bridge.retained_ == nullptr) return cross(*route, crossing, token);
  switch (bridge.retained_->heard(*route, crossing)) {
    case Retained::Crossing::AsItIs:
      return cross(*route, crossing, token);
    case Retained::Crossing::NotRetained:
      crossing.retain = false;
      return cross(*route, crossing, token);
    default:
      return finish(token, ReasonCode::Success);
  }
}

void Bridge::State::Side::cross(const BridgeRoute& route, Publish& crossing, OperationToken token) {
  Side& to = other();
  Retained* const retained = name == BridgeSide::Local && crossing.retain ? bridge.retained_.get() : nullptr;
  crossing.qos = std::min({crossing.qos, route.maximum_qos, to.maximum_qos});
  crossing.retain = crossing.retain && to.has_retained;
  // What is retained here is told of in its turn if it can't be now, or has to be alone.
  const bool has_turn = retained != nullptr && to.has_retained && crossing.qos == QoS::AtMostOnce;
  if (has_turn && (bridge.is_careful() || !to.client.connected())) return finish(token, ReasonCode::Success);
  if (const auto published = to.client.publish(crossing, token, bridge.now_); !published)
    return drop(token, published.error().reason);
  ++statistics.crossed;
  if (name == BridgeSide::Local) bridge.remember_echo(crossing);
  if (retained != nullptr && crossing.retain) retained->sent(route, crossing, token);
}

void Bridge::State::Side::drop(OperationToken token, ReasonCode reason) {
  ++statistics.dropped;
  finish(token, reason);
}

void Bridge::State::Side::finish(OperationToken token, ReasonCode reason) {
  const PacketIdentifier identifier = identifier_of(token);
  const auto found = passages.find(identifier);
  if (found == passages.end() || found->second.token != token) return;
  found->second.is_done = true;
  found->second.reason = reason;
  if (found->second.is_here) finished.push_back(identifier);
}

void Bridge::State::Side::on_published(OperationToken token, PacketIdentifier identifier, ReasonCode reason,
                                       const Properties&) {
  const bool is_answer = identifier != 0;
  if (name == BridgeSide::Remote && is_answer) {
    ++answers;
    bridge.note_answer();
  }
  if (name == BridgeSide::Remote && bridge.retained_ != nullptr) bridge.retained_->answered(token, is_answer, reason);
  if (is_failure(reason)) return other().drop(token, reason);
  other().finish(token, ReasonCode::Success);
}

// A subscription fails with its connection, and is made anew on the next one.
void Bridge::State::Side::on_operation_failed(OperationToken token, const Error& error) {
  if (is_of_message(token)) {
    if (name == BridgeSide::Remote && bridge.retained_ != nullptr)
      bridge.retained_->answered(token, true, error.reason);
    return other().drop(token, error.reason);
  }
  if (token < kFirstRetainedToken) --awaited_subacks;
}

void Bridge::State::Side::on_ping_answered() {
  if (name == BridgeSide::Remote && bridge.retained_ != nullptr) bridge.retained_->ping_answered();
}

void Bridge::State::Side::acknowledge_finished() {
  for (const PacketIdentifier identifier : std::exchange(finished, {})) {
    const auto found = passages.find(identifier);
    if (found == passages.end() || !found->second.is_here) continue;
    // Bare acknowledgements can always be sent.
    [[maybe_unused]] const auto acknowledged =
        client.acknowledge(identifier, found->second.reason, Properties{}, bridge.now_);
    passages.erase(found);
  }
}

}  // namespace mqtt
