#include "mqtt/base/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace mqtt {
namespace {

// The Unicode Standard's definition, code point by code point, as slow as it is plain.
bool is_valid_by_definition(const std::string& text, bool refuse_wildcards) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
    const std::uint8_t first = byte(at);
    const std::size_t length = first < 0x80             ? 1
                               : (first & 0xE0) == 0xC0 ? 2
                               : (first & 0xF0) == 0xE0 ? 3
                               : (first & 0xF8) == 0xF0 ? 4
                                                        : 0;
    if (length == 0 || at + length > text.size()) return false;
    std::uint32_t code_point = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      if ((byte(at + i) & 0xC0) != 0x80) return false;
      code_point = code_point << 6 | (byte(at + i) & 0x3FU);
    }
    constexpr std::uint32_t kSmallest[] = {0, 1, 0x80, 0x800, 0x10000};
    if (code_point < kSmallest[length] || code_point > 0x10FFFF) return false;
    if (code_point >= 0xD800 && code_point <= 0xDFFF) return false;
    if (refuse_wildcards && (code_point == '+' || code_point == '#')) return false;
    at += length;
  }
  return true;
}

void expect_as_defined(const std::string& text) {
  ASSERT_EQ(is_valid_utf8(text), is_valid_by_definition(text, false));
  ASSERT_EQ(is_valid_utf8_without_wildcards(text), is_valid_by_definition(text, true));
}

TEST(Utf8, EveryByteAtEveryPlaceOfAPlainTextIsJudgedAsDefined) {
  for (std::size_t length = 1; length <= 20; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[place] = static_cast<char>(byte);
        expect_as_defined(text);
      }
    }
  }
}

TEST(Utf8, EveryPairOfBytesIsJudgedAsDefined) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second)
      expect_as_defined({static_cast<char>(first), static_cast<char>(second)});
  }
}

TEST(Utf8, LongSequencesAreJudgedAsDefinedAtTheirBorders) {
  constexpr int kBorders[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  for (int first = 0xE0; first < 256; ++first) {
    for (const int second : kBorders) {
      for (const int third : kBorders) {
        for (const int fourth : kBorders) {
          std::string text = "topic/xy";
          for (const int byte : {first, second, third, fourth})
            text += static_cast<char>(byte);
          expect_as_defined(text.substr(0, text.size() - 1));
          expect_as_defined(text);
        }
      }
    }
  }
}

TEST(Utf8, KnowsTheExamplesOfTheStandard) {
  EXPECT_TRUE(is_valid_utf8("A\xF0\xAA\x9B\x94"));           // U+2A6D4 [MQTT5 1.5.4]
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));               // U+D800 [MQTT-1.5.4-1]
  EXPECT_FALSE(is_valid_utf8(std::string_view("a\0b", 3)));  // U+0000 [MQTT-1.5.4-2]
  EXPECT_TRUE(is_valid_utf8("\xEF\xBB\xBF"));                // U+FEFF [MQTT-1.5.4-3]
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("\x01\x1F\x7F"));
}

TEST(Utf8, FindsAWildcardBehindLettersOfSeveralBytes) {
  EXPECT_TRUE(
      is_valid_utf8_without_wildcards("k\xC3\xBC"
                                      "che/temperatur"));
  EXPECT_FALSE(
      is_valid_utf8_without_wildcards("k\xC3\xBC"
                                      "che/+/temperatur"));
  EXPECT_FALSE(is_valid_utf8_without_wildcards("#"));
  EXPECT_TRUE(
      is_valid_utf8("k\xC3\xBC"
                    "che/+/#"));
}

}  // namespace
}  // namespace mqtt
