// UTF-8 Encoded Strings: two bytes of length and the text. [MQTT5 1.5.4]
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "mqtt/base/bytes.h"
#include "mqtt/base/error.h"
#include "mqtt/base/utf8.h"

namespace mqtt {

// What the two bytes of length can say, of texts and of Binary Data.
inline constexpr std::size_t kMaximumTextBytes = 65'535;

// nullopt where the text is cut short or not well-formed.
inline std::optional<std::string_view> read_text(ByteReader& in) {
  const auto bytes = in.binary();
  if (!bytes || !is_valid_utf8(as_text(*bytes))) return std::nullopt;
  return as_text(*bytes);
}

}  // namespace mqtt
