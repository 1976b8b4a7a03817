// A topic name checked: length, UTF-8, no wildcards.
#include "mqtt/topic/topic_name.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mqtt/base/utf8.h"

namespace mqtt {

namespace {

constexpr std::size_t kLongestString = 65535;  // [MQTT5 1.5.4]
constexpr std::uint64_t kOnes = 0x0101010101010101U;

constexpr std::uint64_t eight_of(char octet) {
  return kOnes * static_cast<std::uint8_t>(octet);
}

// The top bit of some octet is set unless all eight are ASCII and none is U+0000 or a wildcard. Subtracting one from
// each octet sets a top bit, among ASCII, only where an octet was zero.
std::uint64_t suspicion(const char* eight_octets) {
  std::uint64_t octets;
  std::memcpy(&octets, eight_octets, sizeof octets);
  return octets | (octets - kOnes) | ((octets ^ eight_of('+')) - kOnes) | ((octets ^ eight_of('#')) - kOnes);
}

// True for most valid names, at eight octets a step; false says only that the text has to be looked at closely.
bool is_plainly_valid(std::string_view name) {
  constexpr std::size_t kStep = sizeof(std::uint64_t);
  const char* at = name.data();
  std::size_t left = name.size();
  std::uint64_t suspicions = 0;
  for (; left >= kStep; at += kStep, left -= kStep)
    suspicions |= suspicion(at);
  if (left > 0) {
    char last[kStep];
    std::memset(last, '/', sizeof last);
    std::memcpy(last, at, left);
    suspicions |= suspicion(last);
  }
  return (suspicions & eight_of('\x80')) == 0;
}

}  // namespace

bool is_valid_topic_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestString) return false;
  return is_plainly_valid(name) || (name.find_first_of("+#") == std::string_view::npos && is_valid_utf8(name));
}

}  // namespace mqtt
