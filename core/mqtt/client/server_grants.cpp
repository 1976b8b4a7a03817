// The properties of a CONNACK -> limits, with the defaults of those that are absent.
#include "mqtt/client/server_grants.h"

#include "mqtt/codec/encode.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt {

namespace {

Error not_granted(ReasonCode reason, const char* text) {
  return {Fault::CallerMisuse, reason, text};
}

}  // namespace

ServerGrants ServerGrants::of(const Properties& connack) {
  return {.receive_maximum = connack.receive_maximum.value_or(65'535),
          .topic_alias_maximum = connack.topic_alias_maximum.value_or(0),
          .maximum_packet_size = connack.maximum_packet_size.value_or(kMaximumPacketSize),
          .maximum_qos = static_cast<QoS>(connack.maximum_qos.value_or(2)),
          .retains = connack.retain_available.value_or(1) != 0,
          .has_wildcards = connack.wildcard_subscription_available.value_or(1) != 0,
          .has_subscription_identifiers = connack.subscription_identifiers_available.value_or(1) != 0,
          .has_shares = connack.shared_subscription_available.value_or(1) != 0};
}

Result<void> ServerGrants::check(const Publish& publish, ProtocolVersion version) const {
  if (publish.qos > maximum_qos)
    return not_granted(ReasonCode::QoSNotSupported, "a QoS above the server's Maximum QoS");  // [MQTT-3.2.2-11]
  if (publish.retain && !retains)
    return not_granted(ReasonCode::RetainNotSupported, "the server does not retain messages");
  if (maximum_packet_size < kMaximumPacketSize && encoded_size(publish, version) > maximum_packet_size) {
    return kTooLargeForServer;  // [MQTT-3.2.2-15]
  }
  return {};
}

Result<void> ServerGrants::check(const Subscribe& subscribe) const {
  if (!has_subscription_identifiers && !subscribe.properties.subscription_identifiers.empty())
    return not_granted(ReasonCode::SubscriptionIdentifiersNotSupported, "the server has no subscription identifiers");
  for (const SubscribeEntry& entry : subscribe.entries) {
    const auto parsed = parse_topic_filter(entry.topic_filter);
    if (!parsed) return parsed.error();
    if (!has_shares && !parsed->share_name.empty())
      return not_granted(ReasonCode::SharedSubscriptionsNotSupported, "the server has no shared subscriptions");
    if (!has_wildcards && parsed->has_wildcard)
      return not_granted(ReasonCode::WildcardSubscriptionsNotSupported,
                         "the server has no subscriptions with wildcards");
  }
  return {};
}

}  // namespace mqtt
