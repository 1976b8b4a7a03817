// The members of Properties by name, in the order in which tests read and write them.
#pragma once

#include <string>

#include "mqtt/base/reason_code.h"
#include "mqtt/packet/properties.h"

namespace mqtt::test {

// Calls visit("payload_format_indicator", properties.payload_format_indicator) and so on: each member is an optional
// of a number, a text or bytes, or one of the two lists.
template <typename AnyProperties, typename Visit>
void for_each_property(AnyProperties& properties, Visit&& visit) {
  visit("session_expiry_interval", properties.session_expiry_interval);
  visit("receive_maximum", properties.receive_maximum);
  visit("maximum_qos", properties.maximum_qos);
  visit("retain_available", properties.retain_available);
  visit("maximum_packet_size", properties.maximum_packet_size);
  visit("assigned_client_identifier", properties.assigned_client_identifier);
  visit("topic_alias_maximum", properties.topic_alias_maximum);
  visit("wildcard_subscription_available", properties.wildcard_subscription_available);
  visit("subscription_identifiers_available", properties.subscription_identifiers_available);
  visit("shared_subscription_available", properties.shared_subscription_available);
  visit("server_keep_alive", properties.server_keep_alive);
  visit("response_information", properties.response_information);
  visit("server_reference", properties.server_reference);
  visit("request_problem_information", properties.request_problem_information);
  visit("request_response_information", properties.request_response_information);
  visit("authentication_method", properties.authentication_method);
  visit("authentication_data", properties.authentication_data);
  visit("will_delay_interval", properties.will_delay_interval);
  visit("payload_format_indicator", properties.payload_format_indicator);
  visit("message_expiry_interval", properties.message_expiry_interval);
  visit("topic_alias", properties.topic_alias);
  visit("content_type", properties.content_type);
  visit("response_topic", properties.response_topic);
  visit("correlation_data", properties.correlation_data);
  visit("subscription_identifier", properties.subscription_identifiers);
  visit("reason_string", properties.reason_string);
  visit("user_property", properties.user_properties);
}

// "session-taken-over" for Session taken over.
std::string reason_word(ReasonCode reason);

}  // namespace mqtt::test
