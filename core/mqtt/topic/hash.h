// Texts and pairs of numbers -> well-mixed 64 bits for the open-addressing tables of the topic trees.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mqtt {

inline constexpr std::uint64_t kHashSeed = 0x9E3779B97F4A7C15U;
inline constexpr std::uint64_t kHashFactor = 0xD6E8FEB86659FD93U;

// The 128 bit product of two numbers folded into 64.
inline std::uint64_t hash_mix(std::uint64_t left, std::uint64_t right) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{left} * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t hash_pair(std::uint32_t first, std::uint32_t second) {
  const std::uint64_t both = (std::uint64_t{first} << 32) | second;
  return hash_mix(hash_mix(both ^ kHashSeed, kHashFactor), kHashSeed);
}

inline std::uint64_t hash_text(std::string_view text) {
  const auto load_64 = [](const char* at) {
    std::uint64_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
  };
  const auto load_32 = [](const char* at) {
    std::uint32_t value;
    std::memcpy(&value, at, sizeof value);
    return std::uint64_t{value};
  };
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = kHashSeed ^ left;
  for (; left > 16; at += 16, left -= 16)
    hash = hash_mix(load_64(at) ^ kHashFactor, load_64(at + 8) ^ hash);
  // The last bytes are read as two words that may overlap, never past the end.
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (left >= 8) {
    first = load_64(at);
    last = load_64(at + left - 8);
  } else if (left >= 4) {
    first = load_32(at);
    last = load_32(at + left - 4);
  } else {
    for (std::size_t i = 0; i < left; ++i)
      first = (first << 8) | static_cast<unsigned char>(at[i]);
  }
  return hash_mix(hash_mix(first ^ kHashFactor, last ^ hash), kHashSeed);
}

}  // namespace mqtt
