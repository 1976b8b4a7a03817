// SHA-1 as FIPS 180-4 section 6.1.2 writes it down.
#include "net/sha1.h"

#include <bit>
#include <string>

namespace wasmqtt {
namespace {

constexpr std::size_t kBlockSize = 64;

// The message, a one bit, zeros up to a whole block, and the message's length in bits. [FIPS 180-4 5.1.1]
std::string padded(std::string_view message) {
  std::string blocks(message);
  blocks.push_back('\x80');
  while (blocks.size() % kBlockSize != kBlockSize - 8)
    blocks.push_back('\0');
  const std::uint64_t bits = std::uint64_t{message.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8)
    blocks.push_back(static_cast<char>(bits >> shift));
  return blocks;
}

std::array<std::uint32_t, 80> message_schedule(std::string_view block) {
  std::array<std::uint32_t, 80> words{};
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    words[i / 4] = (words[i / 4] << 8) | static_cast<std::uint8_t>(block[i]);
  }
  for (std::size_t i = 16; i < 80; ++i)
    words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
  return words;
}

void add_block(std::array<std::uint32_t, 5>& hash, std::string_view block) {
  const auto words = message_schedule(block);
  auto [a, b, c, d, e] = hash;
  for (std::size_t t = 0; t < 80; ++t) {
    std::uint32_t mixed = 0;
    if (t < 20) {
      mixed = ((b & c) | (~b & d)) + 0x5A827999;
    } else if (t < 40) {
      mixed = (b ^ c ^ d) + 0x6ED9EBA1;
    } else if (t < 60) {
      mixed = ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC;
    } else {
      mixed = (b ^ c ^ d) + 0xCA62C1D6;
    }
    const std::uint32_t next = std::rotl(a, 5) + mixed + e + words[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  hash = {hash[0] + a, hash[1] + b, hash[2] + c, hash[3] + d, hash[4] + e};
}

}  // namespace

Sha1Digest sha1(std::string_view message) {
  std::array<std::uint32_t, 5> hash{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  const std::string blocks = padded(message);
  for (std::size_t at = 0; at < blocks.size(); at += kBlockSize) {
    add_block(hash, std::string_view(blocks).substr(at, kBlockSize));
  }
  Sha1Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(hash[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace wasmqtt
