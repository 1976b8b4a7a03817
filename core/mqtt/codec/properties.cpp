// One table says of every property its wire type, its field, its owners and its values; both directions walk it.
#include "mqtt/codec/properties.h"

#include <array>
#include <bit>

#include "mqtt/base/utf8.h"
#include "mqtt/codec/encode.h"
#include "mqtt/codec/text.h"
#include "mqtt/codec/varint.h"

namespace mqtt {

namespace {

// Which member a property is kept in. The member's type is the wire type: one, two, four bytes, text, binary data, and
// the two that may come more than once, a Variable Byte Integer and a pair of texts.
struct Field {
  constexpr Field(std::optional<std::uint8_t> Properties::* at) : type(PropertyType::Byte), byte(at) {}
  constexpr Field(std::optional<std::uint16_t> Properties::* at) : type(PropertyType::TwoBytes), two_bytes(at) {}
  constexpr Field(std::optional<std::uint32_t> Properties::* at) : type(PropertyType::FourBytes), four_bytes(at) {}
  constexpr Field(std::vector<std::uint32_t> Properties::* at) : type(PropertyType::Varint), varints(at) {}
  constexpr Field(std::optional<std::string_view> Properties::* at) : type(PropertyType::Text), text(at) {}
  constexpr Field(std::optional<Bytes> Properties::* at) : type(PropertyType::Binary), binary(at) {}
  constexpr Field(std::vector<UserProperty> Properties::* at) : type(PropertyType::TextPair), text_pairs(at) {}

  PropertyType type;
  union {
    std::optional<std::uint8_t> Properties::* byte;
    std::optional<std::uint16_t> Properties::* two_bytes;
    std::optional<std::uint32_t> Properties::* four_bytes;
    std::vector<std::uint32_t> Properties::* varints;
    std::optional<std::string_view> Properties::* text;
    std::optional<Bytes> Properties::* binary;
    std::vector<UserProperty> Properties::* text_pairs;
  };
};

enum class Values : std::uint8_t { Any, ZeroOrOne, NotZero, TopicName };

// One bit for each PropertyOwner.
using Owners = std::uint16_t;
template <typename... Of>
constexpr Owners owners(Of... of) {
  return static_cast<Owners>((0U | ... | (1U << static_cast<unsigned>(of))));
}
constexpr std::size_t kOwnerCount = static_cast<std::size_t>(PropertyOwner::Auth) + 1;
constexpr Owners kAllOwners = (1U << kOwnerCount) - 1;

struct Row {
  PropertyId id;
  Field field;
  Values values;
  Owners owners;
};

using enum PropertyOwner;
using P = Properties;

constexpr Owners kMessage = owners(Publish, Will);
constexpr Owners kExplained = owners(Connack, Puback, Pubrec, Pubrel, Pubcomp, Suback, Unsuback, Disconnect, Auth);

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
    {PropertyId::UserProperty, &P::user_properties, Values::Any, kAllOwners},
    {PropertyId::MaximumPacketSize, &P::maximum_packet_size, Values::NotZero, owners(Connect, Connack)},
    {PropertyId::WildcardSubscriptionAvailable, &P::wildcard_subscription_available, Values::ZeroOrOne,
     owners(Connack)},
    {PropertyId::SubscriptionIdentifiersAvailable, &P::subscription_identifiers_available, Values::ZeroOrOne,
     owners(Connack)},
    {PropertyId::SharedSubscriptionAvailable, &P::shared_subscription_available, Values::ZeroOrOne, owners(Connack)},
};

constexpr std::size_t kRowCount = std::size(kRows);
constexpr std::uint8_t kNoRow = 0xFF;

// Sets of rows, one bit each.
using Rows = std::uint32_t;
static_assert(kRowCount <= 32);
constexpr Rows kAllRows = (Rows{1} << kRowCount) - 1;
constexpr auto kRowsOfOwner = [] {
  std::array<Rows, kOwnerCount> of_owner{};
  for (std::size_t row = 0; row < kRowCount; ++row) {
    for (std::size_t owner = 0; owner < kOwnerCount; ++owner)
      of_owner[owner] |= Rows{kRows[row].owners >> owner & 1U} << row;
  }
  return of_owner;
}();

Rows rows_of(PropertyOwner owner) {
  return kRowsOfOwner[static_cast<std::size_t>(owner)];
}

constexpr auto kRowById = [] {
  std::array<std::uint8_t, 0x80> by_id{};
  by_id.fill(kNoRow);
  for (std::size_t row = 0; row < kRowCount; ++row)
    by_id[static_cast<std::uint8_t>(kRows[row].id)] = static_cast<std::uint8_t>(row);
  return by_id;
}();

// Identifiers are Variable Byte Integers, and all that exist take one byte. [MQTT5 2.2.2.2]
const Row* find_row(std::uint8_t id) {
  return id < kRowById.size() && kRowById[id] != kNoRow ? &kRows[kRowById[id]] : nullptr;
}

// Precondition: the standard has a property of this identifier.
const Row& row_of(PropertyId id) {
  return kRows[kRowById[static_cast<std::uint8_t>(id)]];
}

// --- bytes -> properties

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

bool is_allowed(const Row& row, const Property& property) {
  switch (row.values) {
    case Values::Any:
      return true;
    case Values::ZeroOrOne:
      return property.number <= 1;
    case Values::NotZero:
      return property.number != 0;
    case Values::TopicName:
      return !property.bytes.empty() && as_text(property.bytes).find_first_of("+#") == std::string_view::npos;
  }
  return false;
}

template <typename T>
bool read_number(const std::optional<T>& value, Property& into) {
  into.number = value.value_or(0);
  return value.has_value();
}

bool read_bytes(ByteReader& in, bool is_text, Bytes& into) {
  const auto bytes = in.binary();
  into = bytes.value_or(Bytes());
  return bytes && (!is_text || is_valid_utf8(as_text(into)));
}

// The value of a property whose type is known.
bool read_value(ByteReader& in, Property& into) {
  switch (into.type) {
    case PropertyType::Byte:
      return read_number(in.u8(), into);
    case PropertyType::TwoBytes:
      return read_number(in.u16(), into);
    case PropertyType::FourBytes:
      return read_number(in.u32(), into);
    case PropertyType::Varint:
      return read_number(read_varint(in), into);
    case PropertyType::Text:
    case PropertyType::Binary:
      return read_bytes(in, into.type == PropertyType::Text, into.bytes);
    case PropertyType::TextPair:
      return read_bytes(in, true, into.bytes) && read_bytes(in, true, into.second);
  }
  return false;
}

// A PUBLISH names every subscription that it matches, a SUBSCRIBE says one identifier. [MQTT5 3.8.2.1.2]
bool may_come_again(const Row& row, PropertyOwner owner) {
  return row.field.type == PropertyType::TextPair || (row.field.type == PropertyType::Varint && owner != Subscribe);
}

void put(const Property& property, const Field& field, Properties& into) {
  switch (field.type) {
    case PropertyType::Byte:
      into.*field.byte = static_cast<std::uint8_t>(property.number);
      break;
    case PropertyType::TwoBytes:
      into.*field.two_bytes = static_cast<std::uint16_t>(property.number);
      break;
    case PropertyType::FourBytes:
      into.*field.four_bytes = property.number;
      break;
    case PropertyType::Varint:
      (into.*field.varints).push_back(property.number);
      break;
    case PropertyType::Text:
      into.*field.text = as_text(property.bytes);
      break;
    case PropertyType::Binary:
      into.*field.binary = property.bytes;
      break;
    case PropertyType::TextPair:
      (into.*field.text_pairs).push_back({as_text(property.bytes), as_text(property.second)});
      break;
  }
}

// --- properties -> bytes

std::size_t size_of(const Property& property) {
  switch (property.type) {
    case PropertyType::Byte:
      return 1 + 1;
    case PropertyType::TwoBytes:
      return 1 + 2;
    case PropertyType::FourBytes:
      return 1 + 4;
    case PropertyType::Varint:
      return 1 + varint_size(property.number);
    case PropertyType::Text:
    case PropertyType::Binary:
      return 1 + 2 + property.bytes.size();
    case PropertyType::TextPair:
      return 1 + 2 + property.bytes.size() + 2 + property.second.size();
  }
  return 0;
}

std::size_t block_size(PropertyCursor cursor) {
  std::size_t size = 0;
  while (cursor.next())
    size += size_of(*cursor);
  return size;
}

void write_block(PropertyCursor cursor, ByteBuffer& out) {
  while (cursor.next())
    write_property(*cursor, out);
}

// --- fields -> a property's value

template <typename T>
bool take(const std::optional<T>& field, std::size_t seen, Property& into) {
  if (!field || seen > 0) return false;
  into.number = *field;
  return true;
}

bool take(const std::optional<Bytes>& field, std::size_t seen, Property& into) {
  if (!field || seen > 0) return false;
  into.bytes = *field;
  return true;
}

bool take(const std::optional<std::string_view>& field, std::size_t seen, Property& into) {
  if (!field || seen > 0) return false;
  into.bytes = as_bytes(*field);
  return true;
}

bool take(const std::vector<std::uint32_t>& field, std::size_t seen, Property& into) {
  if (seen == field.size()) return false;
  into.number = field[seen];
  return true;
}

bool take(const std::vector<UserProperty>& field, std::size_t seen, Property& into) {
  if (seen == field.size()) return false;
  into.bytes = as_bytes(field[seen].name);
  into.second = as_bytes(field[seen].value);
  return true;
}

// False when the field has no more values than the `seen` ones.
bool take(const Properties& from, const Field& field, std::size_t seen, Property& into) {
  switch (field.type) {
    case PropertyType::Byte:
      return take(from.*field.byte, seen, into);
    case PropertyType::TwoBytes:
      return take(from.*field.two_bytes, seen, into);
    case PropertyType::FourBytes:
      return take(from.*field.four_bytes, seen, into);
    case PropertyType::Varint:
      return take(from.*field.varints, seen, into);
    case PropertyType::Text:
      return take(from.*field.text, seen, into);
    case PropertyType::Binary:
      return take(from.*field.binary, seen, into);
    case PropertyType::TextPair:
      return take(from.*field.text_pairs, seen, into);
  }
  return false;
}

// --- what the embedder may ask for

bool is_text(Bytes bytes) {
  return bytes.size() <= kMaximumTextBytes && is_valid_utf8(as_text(bytes));
}

bool is_encodable(const Property& property) {
  switch (property.type) {
    case PropertyType::Varint:
      if (property.number > kMaximumVarint) return false;
      break;
    case PropertyType::Text:
      if (!is_text(property.bytes)) return false;
      break;
    case PropertyType::Binary:
      if (property.bytes.size() > kMaximumTextBytes) return false;
      break;
    case PropertyType::TextPair:
      if (!is_text(property.bytes) || !is_text(property.second)) return false;
      break;
    default:
      break;
  }
  return is_allowed(row_of(property.id), property);
}

const char* misuse_text(PropertyId id) {
  switch (id) {
    case PropertyId::ContentType:
      return "content type: want well-formed UTF-8 of at most 65,535 bytes";
    case PropertyId::ResponseTopic:
      return "response topic: want a topic name without wildcards";
    case PropertyId::CorrelationData:
      return "correlation data: want at most 65,535 bytes";
    case PropertyId::UserProperty:
      return "user property: want well-formed UTF-8 of at most 65,535 bytes";
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
      return "authentication method: want well-formed UTF-8 of at most 65,535 bytes";
    case PropertyId::AuthenticationData:
      return "authentication data: want at most 65,535 bytes";
    default:
      return "a property's value is out of its range";
  }
}

}  // namespace

PropertyType property_type(PropertyId id) {
  return row_of(id).field.type;
}

void put_property(const Property& property, Properties& into) {
  put(property, row_of(property.id).field, into);
}

PropertyCursor::PropertyCursor(const Properties& properties) : properties_(properties), rows_(kAllRows) {}

PropertyCursor::PropertyCursor(const Properties& properties, PropertyOwner owner)
    : properties_(properties), rows_(rows_of(owner)) {}

bool PropertyCursor::next() {
  for (; rows_ != 0; rows_ &= rows_ - 1, seen_of_row_ = 0) {
    const Row& row = kRows[std::countr_zero(rows_)];
    if (!take(properties_, row.field, seen_of_row_, property_)) continue;
    property_.id = row.id;
    property_.type = row.field.type;
    ++seen_of_row_;
    return true;
  }
  return false;
}

void write_property(const Property& property, ByteBuffer& out) {
  out.u8(static_cast<std::uint8_t>(property.id));
  switch (property.type) {
    case PropertyType::Byte:
      return out.u8(static_cast<std::uint8_t>(property.number));
    case PropertyType::TwoBytes:
      return out.u16(static_cast<std::uint16_t>(property.number));
    case PropertyType::FourBytes:
      return out.u32(property.number);
    case PropertyType::Varint:
      return append_varint(property.number, out);
    case PropertyType::Text:
    case PropertyType::Binary:
      return out.binary(property.bytes);
    case PropertyType::TextPair:
      out.binary(property.bytes);
      return out.binary(property.second);
  }
}

Result<void> decode_properties(Bytes block, PropertyOwner owner, Properties& out) {
  out = {};
  return read_property_block(block, owner, out);
}

Result<void> read_property_block(Bytes block, PropertyOwner owner, Properties& out) {
  ByteReader in(block);
  Rows came = 0;
  while (const auto id = in.u8()) {
    const Row* row = find_row(*id);
    if (row == nullptr) return garbage("unknown property identifier");
    const Rows bit = Rows{1} << (row - kRows);
    if ((rows_of(owner) & bit) == 0) return garbage("a property that this packet does not have");
    if ((came & bit) != 0 && !may_come_again(*row, owner))
      return protocol_error("a property that may come once came twice");
    came |= bit;
    Property property{.id = row->id, .type = row->field.type};
    if (!read_value(in, property)) return garbage("a property's value is cut short or not well-formed");
    if (!is_allowed(*row, property)) return value_error(*row);
    put(property, row->field, out);
  }
  return {};
}

void encode_properties(const Properties& properties, ByteBuffer& out) {
  write_block(PropertyCursor(properties), out);
}

std::size_t properties_size(const Properties& properties, PropertyOwner owner) {
  return block_size(PropertyCursor(properties, owner));
}

bool has_properties(const Properties& properties, PropertyOwner owner) {
  return PropertyCursor(properties, owner).next();
}

void write_properties(const Properties& properties, PropertyOwner owner, ByteBuffer& out) {
  append_varint(static_cast<std::uint32_t>(properties_size(properties, owner)), out);
  write_block(PropertyCursor(properties, owner), out);
}

bool has_publish_properties(const Properties& properties) {
  return properties.payload_format_indicator || properties.message_expiry_interval || properties.content_type ||
         properties.response_topic || properties.correlation_data || properties.topic_alias ||
         !properties.subscription_identifiers.empty() || !properties.user_properties.empty();
}

void clear_publish_properties(Properties& properties) {
  properties.payload_format_indicator.reset();
  properties.message_expiry_interval.reset();
  properties.content_type.reset();
  properties.response_topic.reset();
  properties.correlation_data.reset();
  properties.topic_alias.reset();
  properties.subscription_identifiers.clear();
  properties.user_properties.clear();
}

Result<void> check_encodable(const Properties& properties) {
  for (PropertyCursor cursor(properties); cursor.next();) {
    if (!is_encodable(*cursor)) return caller_misuse(ReasonCode::ProtocolError, misuse_text(cursor->id));
  }
  if (block_size(PropertyCursor(properties)) > kMaximumVarint)
    return caller_misuse(ReasonCode::PacketTooLarge, "properties: too many of them");
  return {};
}

}  // namespace mqtt
