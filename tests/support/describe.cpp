// Packets as lines of text.
#include "support/describe.h"

#include <algorithm>
#include <cctype>

#include "support/property_names.h"

namespace mqtt::test {

namespace {

constexpr std::size_t kLongestRunInFull = 40;

std::string quoted(std::string_view text) {
  return "'" + std::string(text) + "'";
}

// Bare where it reads as one word.
std::string word(std::string_view text) {
  const bool is_word = !text.empty() && text.find_first_of(" ',=(){}[]") == std::string_view::npos;
  return is_word ? std::string(text) : quoted(text);
}

std::string value_text(std::uint64_t value) {
  return std::to_string(value);
}
std::string value_text(std::string_view value) {
  return word(value);
}
std::string value_text(Bytes value) {
  return word(as_text(value));
}
std::string value_text(const UserProperty& value) {
  return word(std::string(value.name) + ":" + std::string(value.value));
}

struct PropertyText {
  std::string text;

  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) add(name, value_text(*value));
  }
  template <typename T>
  void operator()(const char* name, const std::vector<T>& values) {
    for (const T& value : values)
      add(name, value_text(value));
  }
  void add(const char* name, const std::string& value) {
    text += (text.empty() ? "" : " ") + std::string(name) + "=" + value;
  }
};

std::string qos_text(QoS qos) {
  return qos == QoS::AtMostOnce ? "" : " qos" + std::to_string(static_cast<int>(qos));
}
std::string identifier_text(PacketIdentifier identifier) {
  return identifier == 0 ? "" : " id" + std::to_string(identifier);
}
std::string reason_text(ReasonCode reason) {
  return reason == ReasonCode::Success ? "" : " " + reason_word(reason);
}

// What a PUBLISH and a will have in common.
template <typename AnyMessage>
std::string message_text(const AnyMessage& message) {
  std::string text = word(message.topic);
  if (!message.payload.empty()) text += " " + describe_payload(message.payload);
  return text + qos_text(message.qos);
}

struct Describer {
  std::string operator()(const Connect& packet) const {
    constexpr const char* kVersions[] = {"", "", "", " 3.1", " 3.1.1", " 5.0"};
    std::string text = "CONNECT " + word(packet.client_identifier) + kVersions[static_cast<int>(packet.version)];
    if (!packet.clean_start) text += " persistent";
    if (packet.is_bridge) text += " bridge";
    if (packet.keep_alive != 0) text += " keep_alive=" + std::to_string(packet.keep_alive);
    if (packet.user_name) text += " user=" + word(*packet.user_name);
    if (packet.password) text += " password=" + word(as_text(*packet.password));
    if (packet.will) {
      text += " will(" + message_text(*packet.will) + (packet.will->retain ? " retain" : "") +
              describe(packet.will->properties) + ")";
    }
    return text + describe(packet.properties);
  }
  std::string operator()(const Connack& packet) const {
    return "CONNACK " + reason_word(packet.reason) + (packet.session_present ? " session-present" : "") +
           describe(packet.properties);
  }
  std::string operator()(const Publish& packet) const {
    return "PUBLISH " + message_text(packet) + identifier_text(packet.packet_identifier) + (packet.dup ? " dup" : "") +
           (packet.retain ? " retain" : "") + describe(packet.properties);
  }
  std::string operator()(const PublishResponse& packet) const {
    return std::string(packet_type_name(packet.type)) + identifier_text(packet.packet_identifier) +
           reason_text(packet.reason) + describe(packet.properties);
  }
  std::string operator()(const Subscribe& packet) const {
    std::string text = "SUBSCRIBE" + identifier_text(packet.packet_identifier);
    for (const SubscribeEntry& entry : packet.entries) {
      if (&entry != &packet.entries.front()) text += ",";
      text += " " + word(entry.topic_filter) + qos_text(entry.options.maximum_qos);
      if (entry.options.no_local) text += " no_local";
      if (entry.options.retain_as_published) text += " retain_as_published";
      const int handling = static_cast<int>(entry.options.retain_handling);
      if (handling != 0) text += " retain_handling" + std::to_string(handling);
    }
    return text + describe(packet.properties);
  }
  std::string operator()(const Suback& packet) const {
    return "SUBACK" + identifier_text(packet.packet_identifier) + " " + describe_reasons(packet.reasons, true) +
           describe(packet.properties);
  }
  std::string operator()(const Unsubscribe& packet) const {
    std::string text = "UNSUBSCRIBE" + identifier_text(packet.packet_identifier);
    for (std::size_t i = 0; i < packet.topic_filters.size(); ++i)
      text += (i == 0 ? " " : ", ") + word(packet.topic_filters[i]);
    return text + describe(packet.properties);
  }
  std::string operator()(const Unsuback& packet) const {
    return "UNSUBACK" + identifier_text(packet.packet_identifier) +
           (packet.reasons.empty() ? "" : " " + describe_reasons(packet.reasons, false)) + describe(packet.properties);
  }
  std::string operator()(const Pingreq&) const { return "PINGREQ"; }
  std::string operator()(const Pingresp&) const { return "PINGRESP"; }
  std::string operator()(const Disconnect& packet) const {
    return "DISCONNECT" + reason_text(packet.reason) + describe(packet.properties);
  }
  std::string operator()(const Auth& packet) const {
    return "AUTH" + reason_text(packet.reason) + describe(packet.properties);
  }
};

}  // namespace

std::string reason_word(ReasonCode reason) {
  std::string name(reason_code_name(reason));
  for (char& letter : name) {
    letter = letter == ' ' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return name;
}

std::string describe(const Packet& packet) {
  return std::visit(Describer{}, packet);
}

std::string describe(const Properties& properties) {
  PropertyText text;
  for_each_property(properties, text);
  return text.text.empty() ? "" : " {" + text.text + "}";
}

std::string describe_payload(Bytes payload) {
  const std::string_view text = as_text(payload);
  const bool is_run = text.find_first_not_of(text.substr(0, 1)) == std::string_view::npos;
  if (text.size() > kLongestRunInFull && is_run) return quoted(text.substr(0, 1)) + "x" + std::to_string(text.size());
  return quoted(text);
}

std::string describe_reasons(const std::vector<ReasonCode>& reasons, bool are_granted) {
  std::string text;
  for (const ReasonCode reason : reasons) {
    if (!text.empty()) text += " ";
    text += are_granted && !is_failure(reason) ? std::to_string(static_cast<int>(reason)) : reason_word(reason);
  }
  return "[" + text + "]";
}

}  // namespace mqtt::test
