// One table says of every property its wire type, its field, its owners and its values; both directions walk it.
#include "mqtt/codec/properties.h"

#include <array>
#include <variant>

#include "mqtt/base/utf8.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/text.h"
#include "mqtt/codec/varint.h"

namespace mqtt {

namespace {

// Which member a property is kept in. The member's type is the wire type: one, two, four octets, text, binary data, and
// the two that may come more than once, a Variable Byte Integer and a pair of texts.
using Field = std::variant<std::optional<std::uint8_t> Properties::*, std::optional<std::uint16_t> Properties::*,
                           std::optional<std::uint32_t> Properties::*, std::optional<std::string_view> Properties::*,
                           std::optional<Bytes> Properties::*, std::vector<std::uint32_t> Properties::*,
                           std::vector<UserProperty> Properties::*>;

enum class Values : std::uint8_t { Any, ZeroOrOne, NotZero, TopicName };

using OwnerSet = std::uint16_t;

template <typename... Owners>
constexpr OwnerSet owners(Owners... of) {
  return static_cast<OwnerSet>((0U | ... | (1U << static_cast<unsigned>(of))));
}

struct Row {
  PropertyId id;
  Field field;
  Values values;
  OwnerSet owners;
};

using enum PropertyOwner;
using P = Properties;

constexpr OwnerSet kPublish = owners(Publish);
constexpr OwnerSet kMessage = owners(Publish, Will);
constexpr OwnerSet kAll = owners(Connect, Connack, Publish, Will, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback,
                                 Unsubscribe, Unsuback, Disconnect, Auth);
constexpr OwnerSet kExplained = owners(Connack, Puback, Pubrec, Pubrel, Pubcomp, Suback, Unsuback, Disconnect, Auth);

// [MQTT5 2.2.2.2], in its order.
constexpr Row kRows[] = {
    {PropertyId::PayloadFormatIndicator, &P::payload_format_indicator, Values::ZeroOrOne, kMessage},
    {PropertyId::MessageExpiryInterval, &P::message_expiry_interval, Values::Any, kMessage},
    {PropertyId::ContentType, &P::content_type, Values::Any, kMessage},
    {PropertyId::ResponseTopic, &P::response_topic, Values::TopicName, kMessage},
    {PropertyId::CorrelationData, &P::correlation_data, Values::Any, kMessage},
    {PropertyId::SubscriptionIdentifier, &P::subscription_identifiers, Values::NotZero, owners(Publish, Subscribe)},
    {PropertyId::SessionExpiryInterval, &P::session_expiry_interval, Values::Any, owners(Connect, Connack, Disconnect)},
    {PropertyId::AssignedClientIdentifier, &P::assigned_client_identifier, Values::Any, owners(Connack)},
    {PropertyId::ServerKeepAlive, &P::server_keep_alive, Values::Any, owners(Connack)},
    {PropertyId::AuthenticationMethod, &P::authentication_method, Values::Any, owners(Connect, Connack, Auth)},
    {PropertyId::AuthenticationData, &P::authentication_data, Values::Any, owners(Connect, Connack, Auth)},
    {PropertyId::RequestProblemInformation, &P::request_problem_information, Values::ZeroOrOne, owners(Connect)},
    {PropertyId::WillDelayInterval, &P::will_delay_interval, Values::Any, owners(Will)},
    {PropertyId::RequestResponseInformation, &P::request_response_information, Values::ZeroOrOne, owners(Connect)},
    {PropertyId::ResponseInformation, &P::response_information, Values::Any, owners(Connack)},
    {PropertyId::ServerReference, &P::server_reference, Values::Any, owners(Connack, Disconnect)},
    {PropertyId::ReasonString, &P::reason_string, Values::Any, kExplained},
    {PropertyId::ReceiveMaximum, &P::receive_maximum, Values::NotZero, owners(Connect, Connack)},
    {PropertyId::TopicAliasMaximum, &P::topic_alias_maximum, Values::Any, owners(Connect, Connack)},
    {PropertyId::TopicAlias, &P::topic_alias, Values::NotZero, owners(Publish)},
    {PropertyId::MaximumQoS, &P::maximum_qos, Values::ZeroOrOne, owners(Connack)},
    {PropertyId::RetainAvailable, &P::retain_available, Values::ZeroOrOne, owners(Connack)},
    {PropertyId::UserProperty, &P::user_properties, Values::Any, kAll},
    {PropertyId::MaximumPacketSize, &P::maximum_packet_size, Values::NotZero, owners(Connect, Connack)},
    {PropertyId::WildcardSubscriptionAvailable, &P::wildcard_subscription_available, Values::ZeroOrOne,
     owners(Connack)},
    {PropertyId::SubscriptionIdentifiersAvailable, &P::subscription_identifiers_available, Values::ZeroOrOne,
     owners(Connack)},
    {PropertyId::SharedSubscriptionAvailable, &P::shared_subscription_available, Values::ZeroOrOne, owners(Connack)},
};

constexpr std::size_t kRowCount = std::size(kRows);
constexpr std::uint8_t kNoRow = 0xFF;

constexpr auto kRowById = [] {
  std::array<std::uint8_t, 0x80> by_id{};
  by_id.fill(kNoRow);
  for (std::size_t row = 0; row < kRowCount; ++row)
    by_id[static_cast<std::uint8_t>(kRows[row].id)] = static_cast<std::uint8_t>(row);
  return by_id;
}();

// Identifiers are Variable Byte Integers, and all that exist take one octet. [MQTT5 2.2.2.2]
const Row* find_row(std::uint8_t id) {
  return id < kRowById.size() && kRowById[id] != kNoRow ? &kRows[kRowById[id]] : nullptr;
}

// --- octets -> properties

Error value_error(const Row& row) {
  switch (row.values) {
    case Values::ZeroOrOne:
      return protocol_error("a property that is 0 or 1 has another value");
    case Values::TopicName:
      return protocol_error("Response Topic is empty or has wildcards");  // [MQTT-3.3.2-14]
    default:
      break;
  }
  // [MQTT-3.3.2-8]
  if (row.id == PropertyId::TopicAlias)
    return {Fault::PeerBrokeProtocol, ReasonCode::TopicAliasInvalid, "Topic Alias 0"};
  return protocol_error("a property that must not be 0 is 0");
}

bool is_allowed(const Row& row, std::uint32_t value) {
  switch (row.values) {
    case Values::ZeroOrOne:
      return value <= 1;
    case Values::NotZero:
      return value != 0;
    default:
      return true;
  }
}

bool is_allowed(const Row& row, std::string_view text) {
  return row.values != Values::TopicName || (!text.empty() && text.find_first_of("+#") == std::string_view::npos);
}

bool is_allowed(const Row&, Bytes) {
  return true;
}

bool read_value(ByteReader& in, std::optional<std::uint8_t>& value) {
  return (value = in.u8()).has_value();
}
bool read_value(ByteReader& in, std::optional<std::uint16_t>& value) {
  return (value = in.u16()).has_value();
}
bool read_value(ByteReader& in, std::optional<std::uint32_t>& value) {
  return (value = in.u32()).has_value();
}
bool read_value(ByteReader& in, std::optional<Bytes>& value) {
  return (value = in.binary()).has_value();
}
bool read_value(ByteReader& in, std::optional<std::string_view>& value) {
  return (value = read_text(in)).has_value();
}

constexpr Error kBadValue = garbage("a property's value is cut short or not well-formed UTF-8");
constexpr Error kTwice = protocol_error("a property that may come once came twice");

template <typename T>
Result<void> read_property(ByteReader& in, const Row& row, PropertyOwner, std::optional<T>& out) {
  if (out.has_value()) return kTwice;
  if (!read_value(in, out)) return kBadValue;
  if (!is_allowed(row, *out)) return value_error(row);
  return {};
}

Result<void> read_property(ByteReader& in, const Row& row, PropertyOwner owner, std::vector<std::uint32_t>& out) {
  // A PUBLISH names every subscription that it matches, a SUBSCRIBE says one identifier. [MQTT5 3.8.2.1.2]
  if (owner == Subscribe && !out.empty()) return kTwice;
  const auto value = read_varint(in);
  if (!value) return garbage("Subscription Identifier is not a Variable Byte Integer");
  if (!is_allowed(row, *value)) return value_error(row);
  out.push_back(*value);
  return {};
}

Result<void> read_property(ByteReader& in, const Row&, PropertyOwner, std::vector<UserProperty>& out) {
  std::optional<std::string_view> name;
  std::optional<std::string_view> value;
  if (!read_value(in, name) || !read_value(in, value)) return kBadValue;
  out.push_back({*name, *value});
  return {};
}

// --- properties -> octets

std::size_t value_size(std::uint8_t) {
  return 1;
}
std::size_t value_size(std::uint16_t) {
  return 2;
}
std::size_t value_size(std::uint32_t) {
  return 4;
}
std::size_t value_size(std::string_view text) {
  return 2 + text.size();
}
std::size_t value_size(Bytes octets) {
  return 2 + octets.size();
}

template <typename T>
std::size_t property_size(const std::optional<T>& value) {
  return value ? 1 + value_size(*value) : 0;
}

std::size_t property_size(const std::vector<std::uint32_t>& values) {
  std::size_t size = 0;
  for (const std::uint32_t value : values)
    size += 1 + varint_size(value);
  return size;
}

std::size_t property_size(const std::vector<UserProperty>& values) {
  std::size_t size = 0;
  for (const UserProperty& value : values)
    size += 1 + value_size(value.name) + value_size(value.value);
  return size;
}

void write_value(std::uint8_t value, ByteBuffer& out) {
  out.u8(value);
}
void write_value(std::uint16_t value, ByteBuffer& out) {
  out.u16(value);
}
void write_value(std::uint32_t value, ByteBuffer& out) {
  out.u32(value);
}
void write_value(std::string_view value, ByteBuffer& out) {
  out.text(value);
}
void write_value(Bytes value, ByteBuffer& out) {
  out.binary(value);
}

template <typename T>
void write_property(PropertyId id, const std::optional<T>& value, ByteBuffer& out) {
  if (!value) return;
  out.u8(static_cast<std::uint8_t>(id));
  write_value(*value, out);
}

void write_property(PropertyId id, const std::vector<std::uint32_t>& values, ByteBuffer& out) {
  for (const std::uint32_t value : values) {
    out.u8(static_cast<std::uint8_t>(id));
    append_varint(value, out);
  }
}

void write_property(PropertyId id, const std::vector<UserProperty>& values, ByteBuffer& out) {
  for (const UserProperty& value : values) {
    out.u8(static_cast<std::uint8_t>(id));
    out.text(value.name);
    out.text(value.value);
  }
}

std::size_t block_size(const Properties& properties, OwnerSet of) {
  std::size_t size = 0;
  for (const Row& row : kRows) {
    if ((row.owners & of) == 0) continue;
    size += std::visit([&](auto field) { return property_size(properties.*field); }, row.field);
  }
  return size;
}

void write_block(const Properties& properties, OwnerSet of, ByteBuffer& out) {
  for (const Row& row : kRows) {
    if ((row.owners & of) == 0) continue;
    std::visit([&](auto field) { write_property(row.id, properties.*field, out); }, row.field);
  }
}

// --- presence and removal, row by row at compile time: no loop where only a few fields matter

template <typename T>
bool is_present(const std::optional<T>& value) {
  return value.has_value();
}
template <typename T>
bool is_present(const std::vector<T>& values) {
  return !values.empty();
}
template <typename T>
void remove(std::optional<T>& value) {
  value.reset();
}
template <typename T>
void remove(std::vector<T>& values) {
  values.clear();
}

// Calls visit(field) for each row of `kOf` until one answers true.
template <OwnerSet kOf, std::size_t kRow = 0, typename Visit>
bool any_field(Visit visit) {
  if constexpr (kRow < kRowCount) {
    constexpr const Row& row = kRows[kRow];
    if constexpr ((row.owners & kOf) != 0) {
      if (visit(std::get<row.field.index()>(row.field))) return true;
    }
    return any_field<kOf, kRow + 1>(visit);
  }
  return false;
}

template <OwnerSet kOf>
void remove_all(Properties& properties) {
  any_field<kOf>([&](auto field) {
    remove(properties.*field);
    return false;
  });
}

// --- what the embedder may ask for

bool is_encodable(const Row& row, std::uint32_t value) {
  return is_allowed(row, value);
}
bool is_encodable(const Row&, Bytes octets) {
  return octets.size() <= kMaximumTextOctets;
}
bool is_encodable(const Row& row, std::string_view text) {
  return text.size() <= kMaximumTextOctets && is_valid_utf8(text) && is_allowed(row, text);
}

template <typename T>
bool is_encodable(const Row& row, const std::optional<T>& value) {
  return !value || is_encodable(row, *value);
}

bool is_encodable(const Row& row, const std::vector<std::uint32_t>& values) {
  for (const std::uint32_t value : values) {
    if (value > kMaximumVarint || !is_allowed(row, value)) return false;
  }
  return true;
}

bool is_encodable(const Row& row, const std::vector<UserProperty>& values) {
  for (const UserProperty& value : values) {
    if (!is_encodable(row, value.name) || !is_encodable(row, value.value)) return false;
  }
  return true;
}

const char* misuse_text(PropertyId id) {
  switch (id) {
    case PropertyId::ContentType:
      return "content type: want well-formed UTF-8 of at most 65,535 octets";
    case PropertyId::ResponseTopic:
      return "response topic: want a topic name without wildcards";
    case PropertyId::CorrelationData:
      return "correlation data: want at most 65,535 octets";
    case PropertyId::UserProperty:
      return "user property: want well-formed UTF-8 of at most 65,535 octets";
    case PropertyId::SubscriptionIdentifier:
      return "subscription identifier: want 1 to 268,435,455";
    case PropertyId::PayloadFormatIndicator:
      return "payload format indicator: want 0 or 1";
    case PropertyId::TopicAlias:
      return "topic alias: want 1 to 65,535";
    case PropertyId::ReceiveMaximum:
      return "receive maximum: want 1 to 65,535";
    case PropertyId::MaximumPacketSize:
      return "maximum packet size: want at least 1";
    case PropertyId::AuthenticationMethod:
      return "authentication method: want well-formed UTF-8 of at most 65,535 octets";
    case PropertyId::AuthenticationData:
      return "authentication data: want at most 65,535 octets";
    default:
      return "a property's value is out of its range";
  }
}

}  // namespace

Result<void> decode_properties(Bytes block, PropertyOwner owner, Properties& out) {
  remove_all<kAll>(out);
  return read_property_block(block, owner, out);
}

Result<void> read_property_block(Bytes block, PropertyOwner owner, Properties& out) {
  ByteReader in(block);
  while (const auto id = in.u8()) {
    const Row* row = find_row(*id);
    if (row == nullptr) return garbage("unknown property identifier");
    if ((row->owners & owners(owner)) == 0) return garbage("a property that this packet does not have");
    const auto read = std::visit([&](auto field) { return read_property(in, *row, owner, out.*field); }, row->field);
    if (!read) return read;
  }
  return {};
}

void encode_properties(const Properties& properties, ByteBuffer& out) {
  write_block(properties, kAll, out);
}

std::size_t properties_size(const Properties& properties, PropertyOwner owner) {
  return block_size(properties, owners(owner));
}

bool has_properties(const Properties& properties, PropertyOwner owner) {
  return properties_size(properties, owner) > 0;
}

void write_properties(const Properties& properties, PropertyOwner owner, ByteBuffer& out) {
  append_varint(static_cast<std::uint32_t>(properties_size(properties, owner)), out);
  write_block(properties, owners(owner), out);
}

bool has_publish_properties(const Properties& properties) {
  return any_field<kPublish>([&](auto field) { return is_present(properties.*field); });
}

void clear_publish_properties(Properties& properties) {
  remove_all<kPublish>(properties);
}

Result<void> check_encodable(const Properties& properties) {
  for (const Row& row : kRows) {
    const bool good = std::visit([&](auto field) { return is_encodable(row, properties.*field); }, row.field);
    if (!good) return caller_misuse(ReasonCode::ProtocolError, misuse_text(row.id));
  }
  if (block_size(properties, kAll) > kMaximumVarint)
    return caller_misuse(ReasonCode::PacketTooLarge, "properties: too many of them");
  return {};
}

}  // namespace mqtt
