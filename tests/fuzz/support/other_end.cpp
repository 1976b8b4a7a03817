// The limits that this end sets, and the rules that the machine must keep towards it.
#include "fuzz/support/other_end.h"

#include <algorithm>

#include "fuzz/support/demand.h"
#include "mqtt/codec/decode.h"
#include "mqtt/codec/encode.h"
#include "mqtt/topic/topic_filter.h"

namespace mqtt::fuzz {

namespace {

const Properties* properties_of(const Packet& packet) {
  return std::visit(
      [](const auto& value) -> const Properties* {
        if constexpr (requires { value.properties; }) return &value.properties;
        return nullptr;
      },
      packet);
}

bool is_yes(const std::optional<std::uint8_t>& available) {
  return available.value_or(1) != 0;
}

}  // namespace

// --- what it says

void OtherEnd::says(Bytes bytes) {
  if (!learns_) return;
  said_.feed(bytes);
  while (learns_) {
    const auto frame = said_.next();
    learns_ = frame.has_value();
    if (!frame || !*frame) break;
    const auto packet = decode_packet(**frame, version());
    learns_ = packet.has_value();
    if (packet) learn(*packet);
  }
  said_.keep_rest();
}

void OtherEnd::learn(const Packet& said) {
  if (const auto* connect = std::get_if<Connect>(&said)) {
    if (role_ == Role::Client && !knows_connect_) learn_from_connect(*connect);
  } else if (const auto* connack = std::get_if<Connack>(&said)) {
    if (role_ == Role::Server && !is_accepted_) learn_from_connack(*connack);
  } else if (const auto* response = std::get_if<PublishResponse>(&said)) {
    const bool ends_flow = response->type == PacketType::Puback || response->type == PacketType::Pubcomp ||
                           (response->type == PacketType::Pubrec && is_failure(response->reason));
    if (ends_flow) acknowledge(response->packet_identifier);
  } else if (const auto* publish = std::get_if<Publish>(&said)) {
    if (publish->qos != QoS::AtMostOnce) said_publishes_.push_back(publish->packet_identifier);
  } else if (const auto* suback = std::get_if<Suback>(&said)) {
    acknowledge(suback->packet_identifier);
  } else if (const auto* unsuback = std::get_if<Unsuback>(&said)) {
    acknowledge(unsuback->packet_identifier);
  }
}

void OtherEnd::learn_from_connect(const Connect& connect) {
  knows_connect_ = true;
  version_ = connect.version;
  maximum_packet_size_ = connect.properties.maximum_packet_size.value_or(kMaximumPacketSize);
  receive_maximum_ = connect.properties.receive_maximum.value_or(65'535);
  topic_alias_maximum_ = connect.properties.topic_alias_maximum.value_or(0);
  wants_problem_information_ = connect.properties.request_problem_information.value_or(1) != 0;
  has_authentication_method_ = connect.properties.authentication_method.has_value();
}

void OtherEnd::learn_from_connack(const Connack& connack) {
  if (connack.reason != ReasonCode::Success) return;
  is_accepted_ = true;
  const Properties& properties = connack.properties;
  maximum_packet_size_ = properties.maximum_packet_size.value_or(kMaximumPacketSize);
  receive_maximum_ = properties.receive_maximum.value_or(65'535);
  topic_alias_maximum_ = properties.topic_alias_maximum.value_or(0);
  maximum_qos_ = static_cast<QoS>(properties.maximum_qos.value_or(2));
  retains_ = is_yes(properties.retain_available);
  has_wildcards_ = is_yes(properties.wildcard_subscription_available);
  has_subscription_identifiers_ = is_yes(properties.subscription_identifiers_available);
  has_shares_ = is_yes(properties.shared_subscription_available);
}

void OtherEnd::acknowledge(PacketIdentifier identifier) {
  const auto found = occupied_.find(identifier);
  if (found == occupied_.end()) return;
  if (found->second) --publishes_;
  occupied_.erase(found);
}

// --- what it hears

std::size_t OtherEnd::hears(const OutputQueue& output, std::size_t most) {
  Bytes elements[4];
  const std::size_t count = output.gather(elements);
  demand(count > 0 || output.empty(), "an output that is not empty gathers something");
  std::size_t taken = 0;
  for (const Bytes element : std::span(elements, count)) {
    const Bytes bytes = element.first(std::min(element.size(), most - taken));
    hears(bytes);
    taken += bytes.size();
  }
  return taken;
}

void OtherEnd::hears(Bytes bytes) {
  heard_.feed(bytes);
  while (true) {
    const auto frame = heard_.next();
    demand(frame.has_value(), "the output is made of frames");
    if (!*frame) break;
    // A CONNECT that this end could not decode itself may still be refused, in the form of the version it named.
    if (!version_)
      version_ = (*frame)->type == PacketType::Connack && (*frame)->body.size() == 2 ? ProtocolVersion::V3_1_1
                                                                                     : ProtocolVersion::V5_0;
    const auto packet = decode_packet(**frame, *version_);
    demand(packet.has_value(), "the output is made of packets");
    check_time((*frame)->type);
    check_form(**frame, *packet);
    if (const Properties* properties = properties_of(*packet)) check_problem_information((*frame)->type, *properties);
    std::visit([this](const auto& value) { hear(value); }, *packet);
  }
  heard_.keep_rest();
}

void OtherEnd::check_form(const Frame& frame, const Packet& packet) const {
  ByteBuffer shortest;
  encode(packet, *version_, shortest);
  // What comes before the CONNACK may be heard when the CONNACK has been said.
  const bool precedes_limits =
      role_ == Role::Server && (frame.type == PacketType::Connect || frame.type == PacketType::Auth);
  demand(precedes_limits || shortest.size() <= maximum_packet_size_,
         "no packet is larger than the Maximum Packet Size [MQTT-3.1.2-24]");
  const bool is_shortest = frame.length_is_minimal && shortest.size() >= frame.body.size() &&
                           std::ranges::equal(shortest.view().last(frame.body.size()), frame.body);
  demand(is_shortest, "a packet is sent in its shortest form");
}

void OtherEnd::check_time(PacketType type) const {
  demand(!is_over_, "nothing follows a DISCONNECT or a refusal");
  const bool is_connected = role_ == Role::Client ? is_accepted_ : knows_connect_;
  demand(is_legal(type, role_, is_connected, *version_), "each packet is legal when it is sent");
  if (role_ == Role::Server && !is_accepted_)
    demand(type == PacketType::Connect || type == PacketType::Auth, "a client waits for the CONNACK");
}

// [MQTT-3.1.2-29]
void OtherEnd::check_problem_information(PacketType type, const Properties& properties) const {
  if (wants_problem_information_ || type == PacketType::Publish || type == PacketType::Connack ||
      type == PacketType::Disconnect)
    return;
  demand(!properties.reason_string && properties.user_properties.empty(),
         "no problem information for those who want none");
}

void OtherEnd::check_topic_alias(const Publish& publish) {
  const auto alias = publish.properties.topic_alias;
  if (!alias) return;
  demand(*alias > 0 && *alias <= topic_alias_maximum_, "no alias above the Topic Alias Maximum [MQTT-3.1.2-26]");
  if (publish.topic.empty()) {
    demand(known_aliases_.contains(*alias), "an alias is told before it is used");
  } else {
    known_aliases_.insert(*alias);
  }
}

void OtherEnd::occupy(PacketIdentifier identifier, bool is_publish) {
  const bool is_free = occupied_.emplace(identifier, is_publish).second;
  demand(is_free, "a packet identifier is not used again before it is acknowledged [MQTT-2.2.1-4]");
  if (is_publish) ++publishes_;
  demand(publishes_ <= receive_maximum_, "no more messages on the way than the Receive Maximum [MQTT-3.3.4-9]");
}

void OtherEnd::hear(const Connect& connect) {
  knows_connect_ = true;
  has_authentication_method_ = connect.properties.authentication_method.has_value();
}

void OtherEnd::hear(const Connack& connack) {
  is_accepted_ = connack.reason == ReasonCode::Success;
  is_over_ = !is_accepted_;
  demand(is_accepted_ || !connack.session_present, "a refusal tells of no session [MQTT-3.2.2-6]");
}

void OtherEnd::hear(const Publish& publish) {
  check_topic_alias(publish);
  demand(publish.qos <= maximum_qos_, "no QoS above the Maximum QoS [MQTT-3.2.2-11]");
  demand(retains_ || !publish.retain, "nothing to be retained where that is not available [MQTT-3.2.2-14]");
  if (role_ == Role::Server)
    demand(publish.properties.subscription_identifiers.empty(), "a client sends no Subscription Identifier");
  if (publish.qos != QoS::AtMostOnce) occupy(publish.packet_identifier, true);
}

void OtherEnd::hear(const PublishResponse& response) {
  if (response.type == PacketType::Puback || response.type == PacketType::Pubrec)
    check_order(response.packet_identifier);
  if (response.type == PacketType::Pubrec && is_failure(response.reason)) return;
  demand(response.packet_identifier != 0, "a packet identifier is not 0");
}

// Some are never answered; those that are, in their order. [MQTT-4.6.0-2] [MQTT-4.6.0-3]
void OtherEnd::check_order(PacketIdentifier identifier) {
  if (!learns_) return;
  while (!said_publishes_.empty() && said_publishes_.front() != identifier)
    said_publishes_.pop_front();
  demand(!said_publishes_.empty(), "PUBACK and PUBREC come in the order of what they answer");
  said_publishes_.pop_front();
}

void OtherEnd::hear(const Subscribe& subscribe) {
  occupy(subscribe.packet_identifier, false);
  demand(has_subscription_identifiers_ || subscribe.properties.subscription_identifiers.empty(),
         "no Subscription Identifier where there are none");
  for (const SubscribeEntry& entry : subscribe.entries) {
    const auto parsed = parse_topic_filter(entry.topic_filter);
    demand(parsed.has_value(), "topic filters are valid");
    demand(has_wildcards_ || !parsed->has_wildcard, "no wildcards where there are none");
    demand(has_shares_ || parsed->share_name.empty(), "no shared subscriptions where there are none");
  }
}

void OtherEnd::hear(const Unsubscribe& unsubscribe) {
  occupy(unsubscribe.packet_identifier, false);
}

void OtherEnd::hear(const Auth&) {
  demand(has_authentication_method_, "no AUTH without an Authentication Method [MQTT-4.12.0-6]");
}

}  // namespace mqtt::fuzz
