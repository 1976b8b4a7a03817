// SUBSCRIBE and UNSUBSCRIBE -> the subscription trie, and the retained messages that a new subscription asks for.
#include <algorithm>

#include "mqtt/broker/broker_state.h"
#include "mqtt/broker/subscription_options.h"
#include "mqtt/broker/topic_limits.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/reason_codes.h"
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
  if (!decoded) return connections_.end(connection, decoded.error(), false, now);
  Session& session = *connection.session;
  const auto& identifiers = decoded->properties.subscription_identifiers;

  Suback suback{.packet_identifier = decoded->packet_identifier, .reasons = {}, .properties = {}};
  struct Wanted {
    FilterPlace place;
    std::string_view topic_filter;
    Subscription subscription;
  };
  std::vector<Wanted> retained_wanted;
  for (SubscribeEntry entry : decoded->entries) {
    // Before 5.0 a bridge cannot ask for what it needs: the retain flag as it is, and nothing of its own back.
    if (connection.is_bridge && connection.version != ProtocolVersion::V5_0)
      entry.options.retain_as_published = entry.options.no_local = true;
    Permission said;
    const auto parsed = check_subscription(connection, entry, !identifiers.empty(), said);
    if (!parsed && said.reason_string.empty()) said.reason_string = parsed.error().text;
    explain(said, suback.properties);
    if (!parsed) {
      // 3.1 has no word for a refused subscription.
      if (connection.version == ProtocolVersion::V3_1) return connections_.end(connection, parsed.error(), false, now);
      suback.reasons.push_back(parsed.error().reason);
      continue;
    }
    entry.options.maximum_qos = std::min(entry.options.maximum_qos, options_.maximum_qos);
    const Subscription subscription{.subscriber = session.id,
                                    .subscription_identifier = identifiers.empty() ? 0 : identifiers.front(),
                                    .options = pack(entry.options)};
    const auto [number, is_new] = subscriptions_.add(session, entry.topic_filter, *parsed, subscription);
    suback.reasons.push_back(static_cast<ReasonCode>(entry.options.maximum_qos));
    observer_.on_subscribed(connection.id, entry.topic_filter, entry.options.maximum_qos);
    // Nobody of a group is more entitled to them than the others. [MQTT5 4.8.2]
    if (!parsed->share_name.empty()) continue;
    if (wants_retained(entry.options, is_new)) {
      retained_wanted.push_back({number, entry.topic_filter, subscription});
    } else {
      retained_slices_.change(session, number, subscription);
    }
  }
  if (!connection.wants_problem_information) suback.properties = {};  // [MQTT-3.1.2-29]
  // [MQTT-3.9.2-1] [MQTT-3.9.2-2]
  connections_.answer(connection, now, suback.properties,
                      [&](ByteBuffer& out) { encode(suback, connection.version, out); });
  if (connection.phase == ConnectionPhase::Closing) return;
  for (const Wanted& wanted : retained_wanted) {
    retained_slices_.begin(session, wanted.place, wanted.topic_filter, wanted.subscription);
    retained_slices_.tell(session, now);
  }
  retained_slices_.record(session);
}

// A SUBACK has one Reason String for all its entries, the first that is said, and the User Properties of all.
void Broker::State::explain(const Permission& said, Properties& properties) {
  if (said.reason_string.empty() && said.user_properties.empty()) return;
  const Properties more = said_by(said);
  if (!properties.reason_string) properties.reason_string = more.reason_string;
  properties.user_properties.insert(properties.user_properties.end(), more.user_properties.begin(),
                                    more.user_properties.end());
}

Result<ParsedTopicFilter> Broker::State::check_subscription(const Connection& connection, const SubscribeEntry& entry,
                                                            bool has_identifier, Permission& said) {
  const auto refused = [](ReasonCode reason, const char* text) { return Error{Fault::LimitReached, reason, text}; };
  auto parsed = parse_topic_filter(entry.topic_filter);
  if (!parsed) return parsed;
  if (is_too_long(parsed->filter, options_))
    return refused(ReasonCode::TopicFilterInvalid, "the topic filter is longer or deeper than is taken here");
  if (!parsed->share_name.empty() && !options_.shared_subscription_available)
    return refused(ReasonCode::SharedSubscriptionsNotSupported, "the server has no shared subscriptions");
  if (parsed->has_wildcard && !options_.wildcard_subscription_available)
    return refused(ReasonCode::WildcardSubscriptionsNotSupported, "the server has no subscriptions with wildcards");
  if (has_identifier && !options_.subscription_identifiers_available)
    return refused(ReasonCode::SubscriptionIdentifiersNotSupported, "the server has no subscription identifiers");
  const Session& session = *connection.session;
  if (session.subscriptions.size() >= options_.maximum_subscriptions &&
      subscriptions_.find(session, *parsed) == kNowhere) {
    return refused(ReasonCode::QuotaExceeded, "the client has as many subscriptions as it may");
  }
  said = authority_.may_subscribe(connection.id, session.client_identifier, entry);
  if (is_failure(said.reason))  // [MQTT-3.9.3-2]
    return refused(reason_code_for(PacketType::Suback, said.reason),
                   "the host does not let the client subscribe to this");
  return parsed;
}

void Broker::State::handle_unsubscribe(Connection& connection, const Frame& frame, Instant now) {
  const auto decoded = decode_unsubscribe(frame, connection.version);
  if (!decoded) return connections_.end(connection, decoded.error(), false, now);
  Session& session = *connection.session;
  Unsuback unsuback{.packet_identifier = decoded->packet_identifier, .reasons = {}, .properties = {}};
  for (const std::string_view filter : decoded->topic_filters) {
    const auto parsed = parse_topic_filter(filter);
    if (!parsed) {
      unsuback.reasons.push_back(ReasonCode::TopicFilterInvalid);
      continue;
    }
    const std::uint32_t number = subscriptions_.remove(session, filter, *parsed);
    if (number == kNowhere) {
      unsuback.reasons.push_back(ReasonCode::NoSubscriptionExisted);
      continue;
    }
    retained_slices_.end(session, number);
    observer_.on_unsubscribed(connection.id, filter);
    unsuback.reasons.push_back(ReasonCode::Success);
  }
  connections_.answer(connection, now, unsuback.properties,
                      [&](ByteBuffer& out) { encode(unsuback, connection.version, out); });
}

}  // namespace mqtt
