// The properties of a CONNACK -> limits, with the defaults of those that are absent.
#include "mqtt/client/server_grants.h"

#include "mqtt/codec/encode.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

ServerGrants ServerGrants::of(const Properties& connack) {
  const ServerGrants all;
  return {.receive_maximum = connack.receive_maximum.value_or(all.receive_maximum),
          .topic_alias_maximum = connack.topic_alias_maximum.value_or(all.topic_alias_maximum),
          .maximum_packet_size = connack.maximum_packet_size.value_or(all.maximum_packet_size),
          .maximum_qos = static_cast<QoS>(connack.maximum_qos.value_or(static_cast<std::uint8_t>(all.maximum_qos))),
          .retains = connack.retain_available.value_or(all.retains) != 0,
          .has_wildcards = connack.wildcard_subscription_available.value_or(all.has_wildcards) != 0,
          .has_subscription_identifiers =
              connack.subscription_identifiers_available.value_or(all.has_subscription_identifiers) != 0,
          .has_shares = connack.shared_subscription_available.value_or(all.has_shares) != 0};
}

Result<void> ServerGrants::check(const Publish& publish, ProtocolVersion version) const {
  if (publish.qos > maximum_qos)
    return caller_misuse(ReasonCode::QoSNotSupported, "a QoS above the server's Maximum QoS");  // [MQTT-3.2.2-11]
  if (publish.retain && !retains)
    return caller_misuse(ReasonCode::RetainNotSupported, "the server does not retain messages");
  if (maximum_packet_size < kMaximumPacketSize && encoded_size(publish, version) > maximum_packet_size) {
    return kTooLargeForServer;  // [MQTT-3.2.2-15]
  }
  return {};
}

Result<void> ServerGrants::check(const Subscribe& subscribe) const {
  if (!has_subscription_identifiers && !subscribe.properties.subscription_identifiers.empty())
    return caller_misuse(ReasonCode::SubscriptionIdentifiersNotSupported, "the server has no subscription identifiers");
  for (const SubscribeEntry& entry : subscribe.entries) {
    const auto parsed = parse_topic_filter(entry.topic_filter);
    if (!parsed) return parsed.error();
    if (!has_shares && !parsed->share_name.empty())
      return caller_misuse(ReasonCode::SharedSubscriptionsNotSupported, "the server has no shared subscriptions");
    if (!has_wildcards && parsed->has_wildcard)
      return caller_misuse(ReasonCode::WildcardSubscriptionsNotSupported,
                           "the server has no subscriptions with wildcards");
  }
  return {};
}

}  // namespace mqtt
