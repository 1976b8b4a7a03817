// UTF-8 checked octet by octet after the table of well-formed sequences in the Unicode Standard (table 3-7).
#include "mqtt/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace mqtt {

namespace {

bool is_continuation(std::uint8_t octet) {
  return (octet & 0xC0) == 0x80;
}

// The number of octets of the sequence at `at`, 0 if it is ill-formed.
std::size_t sequence_length(const std::uint8_t* at, std::size_t available) {
  const std::uint8_t first = at[0];
  if (first >= 0xC2 && first <= 0xDF) return available >= 2 && is_continuation(at[1]) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (available < 3 || !is_continuation(at[1]) || !is_continuation(at[2])) return 0;
    if (first == 0xE0 && at[1] < 0xA0) return 0;   // overlong
    if (first == 0xED && at[1] >= 0xA0) return 0;  // surrogates
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (available < 4 || !is_continuation(at[1]) || !is_continuation(at[2]) || !is_continuation(at[3])) return 0;
    if (first == 0xF0 && at[1] < 0x90) return 0;   // overlong
    if (first == 0xF4 && at[1] >= 0x90) return 0;  // above U+10FFFF
    return 4;
  }
  return 0;
}

constexpr std::uint64_t kOnes = 0x0101010101010101U;
constexpr std::uint64_t kTopBits = 0x80 * kOnes;

bool is_wildcard(std::uint8_t octet) {
  return octet == '+' || octet == '#';
}

// Whether any of eight octets is zero, has its top bit set or, if asked for, is a wildcard. Subtracting one from each
// octet borrows into its top bit exactly at the zeros, as long as no top bit was set before.
template <bool kRefuseWildcards>
bool needs_a_look(const std::uint8_t* at) {
  std::uint64_t octets;
  std::memcpy(&octets, at, sizeof octets);
  std::uint64_t marks = octets | (octets - kOnes);
  if constexpr (kRefuseWildcards) {
    // '#' (0x23) and '+' (0x2B) differ in one bit: setting it makes both 0x2B, and 0x2B ^ 0x2B is zero.
    static_assert(('#' | 0x08) == '+');
    marks |= ((octets | (0x08 * kOnes)) ^ ('+' * kOnes)) - kOnes;
  }
  return (marks & kTopBits) != 0;
}

template <bool kRefuseWildcards>
bool is_valid(std::string_view text) {
  const auto* at = reinterpret_cast<const std::uint8_t*>(text.data());
  const std::uint8_t* const end = at + text.size();
  while (at != end) {
    if (end - at >= 8 && !needs_a_look<kRefuseWildcards>(at)) {
      at += 8;
      continue;
    }
    if (*at == 0) return false;
    if (kRefuseWildcards && is_wildcard(*at)) return false;
    if (*at < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequence_length(at, static_cast<std::size_t>(end - at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  return is_valid<false>(text);
}

bool is_valid_utf8_without_wildcards(std::string_view text) {
  return is_valid<true>(text);
}

}  // namespace mqtt
