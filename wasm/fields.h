// Members of the core's structures as Embind's named fields: a flag is a boolean, and everything else is a number.
// Durations are in milliseconds; what has no limit in the core has none as Infinity either.
#pragma once

#include <emscripten/bind.h>

#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "mqtt/base/bytes.h"
#include "mqtt/base/time.h"
#include "mqtt/packet/packet.h"

namespace wasmqtt {

template <typename Value>
using Field = std::conditional_t<std::is_same_v<Value, bool>, bool, double>;

template <typename Value>
Field<Value> to_field(Value value) {
  if constexpr (std::is_same_v<Value, mqtt::Duration>) {
    return static_cast<double>(value.count());
  } else {
    return static_cast<Field<Value>>(value);
  }
}

// What is beyond the range of a number is its largest or smallest.
template <typename Value>
Value from_field(Field<Value> field) {
  if constexpr (std::is_same_v<Value, mqtt::Duration>) {
    return mqtt::Duration(from_field<std::int64_t>(field));
  } else if constexpr (std::is_enum_v<Value>) {
    return static_cast<Value>(from_field<std::underlying_type_t<Value>>(field));
  } else if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
    using Limits = std::numeric_limits<Value>;
    if (!(field > static_cast<double>(Limits::min()))) return Limits::min();
    return field >= static_cast<double>(Limits::max()) ? Limits::max() : static_cast<Value>(field);
  } else {
    return field;
  }
}

// The accessors of `Member`: field("name", &get<&Options::member>, &set<&Options::member>).
template <typename>
struct MemberOf;
template <typename OwnerType, typename ValueType>
struct MemberOf<ValueType OwnerType::*> {
  using Owner = OwnerType;
  using Value = ValueType;
};
template <auto Member>
using OwnerOf = typename MemberOf<decltype(Member)>::Owner;
template <auto Member>
using ValueOf = typename MemberOf<decltype(Member)>::Value;

template <auto Member>
Field<ValueOf<Member>> get(const OwnerOf<Member>& owner) {
  return to_field(owner.*Member);
}
template <auto Member>
void set(OwnerOf<Member>& owner, Field<ValueOf<Member>> field) {
  owner.*Member = from_field<ValueOf<Member>>(field);
}

// "some_name" -> "someName".
template <std::size_t size>
struct Name {
  char text[size]{};
  constexpr Name(const char (&snake)[size]) {
    std::size_t end = 0;
    for (std::size_t at = 0; at < size; ++at)
      text[end++] = snake[at] == '_' ? static_cast<char>(snake[++at] - 'a' + 'A') : snake[at];
  }
};
template <Name snake>
inline constexpr auto camel = snake;

// A client, connection or operation, which JavaScript numbers.
inline std::uint32_t number_of(double number) {
  return static_cast<std::uint32_t>(number);
}

inline mqtt::Bytes bytes_of(const std::string& text) {
  return mqtt::as_bytes(text);
}

// What a CONNECT says. Texts are UTF-8, and properties a run as records.h describes it.
struct WillFields {
  std::string topic, payload;
  double qos = 0;
  bool retain = false;
  std::string properties;
};
struct ConnectFields {
  double protocol_version = 4;
  std::string client_id;
  bool clean = true;
  double keep_alive = 0;
  bool has_username = false;
  std::string username;
  bool has_password = false;
  std::string password;
  bool bridge = false;
  std::string properties;
  bool has_will = false;
  WillFields will;
};

// Binds what JavaScript calls of the broker. Nothing in a module that has none.
void bind_broker();

// Views of what is handed in.
mqtt::Disconnect disconnect_of(double reason, const std::string& properties);
mqtt::Connect connect_of(const ConnectFields& fields);

}  // namespace wasmqtt
