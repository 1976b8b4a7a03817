// UTF-8 checked at once where it is plain ASCII, else after the table of well-formed sequences in the Unicode Standard
// (table 3-7).
#include "mqtt/base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mqtt {

namespace {

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

// The number of bytes of the sequence at `at`, 0 if it is ill-formed.
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

bool is_wildcard(std::uint8_t byte) {
  return byte == '+' || byte == '#';
}

std::uint64_t load_eight(const std::uint8_t* at) {
  std::uint64_t bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

// The first four bytes and the last four of four to seven.
std::uint64_t load_four_to_seven(const std::uint8_t* at, std::size_t count) {
  std::uint32_t first;
  std::uint32_t last;
  std::memcpy(&first, at, sizeof first);
  std::memcpy(&last, at + count - sizeof last, sizeof last);
  return std::uint64_t{first} << 32 | last;
}

// Whether any of eight bytes is zero, has its top bit set or, if asked for, is a wildcard. Subtracting one from each
// byte borrows into its top bit exactly at the zeros, as long as no top bit was set before.
template <bool kRefuseWildcards>
bool needs_a_look(std::uint64_t bytes) {
  std::uint64_t marks = bytes | (bytes - kOnes);
  if constexpr (kRefuseWildcards) {
    // '#' (0x23) and '+' (0x2B) differ in one bit: setting it makes both 0x2B, and 0x2B ^ 0x2B is zero.
    static_assert(('#' | 0x08) == '+');
    marks |= ((bytes | (0x08 * kOnes)) ^ ('+' * kOnes)) - kOnes;
  }
  return (marks & kTopBits) != 0;
}

// Whether the text is plain ASCII with nothing to refuse, eight bytes at a step; the last step overlaps the one
// before.
template <bool kRefuseWildcards>
bool is_plain(const std::uint8_t* at, std::size_t count) {
  if (count >= 8) {
    const std::uint8_t* const last = at + count - 8;
    for (; at < last; at += 8) {
      if (needs_a_look<kRefuseWildcards>(load_eight(at))) return false;
    }
    return !needs_a_look<kRefuseWildcards>(load_eight(last));
  }
  return count >= 4 && !needs_a_look<kRefuseWildcards>(load_four_to_seven(at, count));
}

template <bool kRefuseWildcards>
bool is_valid_by_sequences(const std::uint8_t* at, std::size_t left) {
  while (left > 0) {
    std::size_t length = 1;
    if (*at == 0 || (kRefuseWildcards && is_wildcard(*at))) return false;
    if (*at >= 0x80) {
      length = sequence_length(at, left);
      if (length == 0) return false;
    }
    at += length;
    left -= length;
  }
  return true;
}

template <bool kRefuseWildcards>
bool is_valid(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return is_plain<kRefuseWildcards>(bytes, text.size()) || is_valid_by_sequences<kRefuseWildcards>(bytes, text.size());
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  return is_valid<false>(text);
}

bool is_valid_utf8_without_wildcards(std::string_view text) {
  return is_valid<true>(text);
}

}  // namespace mqtt
