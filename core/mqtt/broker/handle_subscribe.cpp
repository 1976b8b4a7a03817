// SUBSCRIBE and UNSUBSCRIBE -> the subscription trie, and the retained messages that a new subscription asks for.
#include "mqtt/broker/broker_state.h"
#include "mqtt/broker/subscription_options.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

namespace {

bool wants_retained(const SubscriptionOptions& options, bool is_new) {
  return options.retain_handling == RetainHandling::SendAtSubscribe ||
         (options.retain_handling == RetainHandling::SendIfNew && is_new);  // [MQTT-3.3.1-9..11]
}

}  // namespace

void Broker::State::handle_subscribe(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_subscribe(frame, connection.version);
  if (!decoded) return end(connection, decoded.error(), false, now);
  Session& session = *connection.session;
  const auto& identifiers = decoded->properties.subscription_identifiers;

  Suback suback{.packet_identifier = decoded->packet_identifier, .reasons = {}, .properties = {}};
  struct Wanted {
    std::string_view topic_filter;
    Subscription subscription;
  };
  std::vector<Wanted> retained_wanted;
  for (SubscribeEntry entry : decoded->entries) {
    // Before 5.0 a bridge cannot ask for what it needs: the retain flag as it is, and nothing of its own back.
    if (connection.is_bridge && connection.version != ProtocolVersion::V5_0)
      entry.options.retain_as_published = entry.options.no_local = true;
    Subscription subscription{.subscriber = session.id,
                              .subscription_identifier = identifiers.empty() ? 0 : identifiers.front(),
                              .options = pack(entry.options)};
    bool is_new = false;
    const ReasonCode reason = subscribe(session, entry, subscription, is_new);
    // 3.1 has no word for a refused subscription.
    if (is_failure(reason) && connection.version == ProtocolVersion::V3_1) {
      return end(connection, {Fault::PeerBrokeProtocol, reason, "SUBSCRIBE to an invalid topic filter"}, false, now);
    }
    suback.reasons.push_back(reason);
    if (is_failure(reason)) continue;
    observer_.on_subscribed(connection.id, entry.topic_filter, entry.options.maximum_qos);
    if (wants_retained(entry.options, is_new)) retained_wanted.push_back({entry.topic_filter, subscription});
  }
  answer(connection, now, [&](ByteBuffer& out) { encode(suback, connection.version, out); });
  if (connection.phase == ConnectionPhase::Closing) return;
  for (const Wanted& wanted : retained_wanted)
    send_retained(session, wanted.topic_filter, wanted.subscription, now);
}

ReasonCode Broker::State::subscribe(Session& session, const SubscribeEntry& entry, Subscription& subscription,
                                    bool& is_new) {
  const auto parsed = parse_topic_filter(entry.topic_filter);
  if (!parsed) return ReasonCode::TopicFilterInvalid;
  if (!parsed->share_name.empty()) return ReasonCode::SharedSubscriptionsNotSupported;
  is_new = subscriptions_.insert(parsed->filter, subscription);
  if (is_new) session.topic_filters.emplace(parsed->filter);
  return static_cast<ReasonCode>(entry.options.maximum_qos);  // granted as asked for
}

void Broker::State::handle_unsubscribe(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_unsubscribe(frame, connection.version);
  if (!decoded) return end(connection, decoded.error(), false, now);
  Session& session = *connection.session;
  Unsuback unsuback{.packet_identifier = decoded->packet_identifier, .reasons = {}, .properties = {}};
  for (const std::string_view filter : decoded->topic_filters) {
    if (!parse_topic_filter(filter)) {
      unsuback.reasons.push_back(ReasonCode::TopicFilterInvalid);
      continue;
    }
    const auto found = session.topic_filters.find(std::string(filter));
    if (found == session.topic_filters.end()) {
      unsuback.reasons.push_back(ReasonCode::NoSubscriptionExisted);
      continue;
    }
    subscriptions_.erase(filter, session.id);
    session.topic_filters.erase(found);
    observer_.on_unsubscribed(connection.id, filter);
    unsuback.reasons.push_back(ReasonCode::Success);
  }
  answer(connection, now, [&](ByteBuffer& out) { encode(unsuback, connection.version, out); });
}

}  // namespace mqtt
