#include "mqtt/base/bytes.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/bytes.h"

namespace mqtt {
namespace {

using test::bytes;
using test::hexadecimal;

TEST(Bytes, LieInsideOthersUpToBothEnds) {
  const auto byte_run = bytes("01 02 03 04");
  const Bytes whole = Bytes(byte_run).first(3);
  EXPECT_TRUE(lies_inside(whole, whole));
  EXPECT_TRUE(lies_inside(whole.last(1), whole));
  EXPECT_TRUE(lies_inside(whole.last(0), whole));
  EXPECT_FALSE(lies_inside(byte_run, whole));
  EXPECT_FALSE(lies_inside(Bytes(byte_run).last(1), whole));
  EXPECT_FALSE(lies_inside(whole, whole.last(2)));
  EXPECT_FALSE(lies_inside({}, {}));
}

TEST(ByteReader, ReadsBigEndianNumbersOneBehindTheOther) {
  const auto given = bytes("01 0203 04050607");
  ByteReader in(given);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u32(), 0x04050607U);
  EXPECT_TRUE(in.empty());
}

TEST(ByteReader, ConsumesNothingWhereTheViewEndsInsideAValue) {
  const auto given = bytes("0003 6162");
  ByteReader in(given);
  EXPECT_EQ(in.binary(), std::nullopt);
  EXPECT_EQ(in.remaining(), 4U);
  EXPECT_EQ(in.take(5), std::nullopt);
  EXPECT_EQ(in.remaining(), 4U);
  in.take(3);
  EXPECT_EQ(in.u16(), std::nullopt);
  EXPECT_EQ(in.u32(), std::nullopt);
  EXPECT_EQ(in.remaining(), 1U);
  EXPECT_EQ(in.u8(), 0x62);
  EXPECT_EQ(in.u8(), std::nullopt);
}

TEST(ByteReader, HandsOutBinaryDataAndTheRestAsViews) {
  const auto given = bytes("0002 'ab' 'rest'");
  ByteReader in(given);
  const auto binary = in.binary();
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->data(), given.data() + 2);
  EXPECT_EQ(as_text(*binary), "ab");
  EXPECT_EQ(as_text(in.rest()), "rest");
  EXPECT_TRUE(in.empty());
}

TEST(ByteReader, TakesEmptyBinaryData) {
  const auto given = bytes("0000");
  ByteReader in(given);
  const auto binary = in.binary();
  ASSERT_TRUE(binary);
  EXPECT_TRUE(binary->empty());
}

TEST(ByteBuffer, AppendsInTheByteOrderOfMqtt) {
  ByteBuffer buffer;
  buffer.u8(1);
  buffer.u16(0x0203);
  buffer.u32(0x04050607);
  buffer.text("hi");
  buffer.append(bytes("ff"));
  EXPECT_EQ(hexadecimal(buffer.view()),
            "010203040506070002"
            "6869"
            "ff");
}

TEST(ByteBuffer, KeepsItsContentWhileItGrows) {
  ByteBuffer buffer;
  for (unsigned i = 0; i < 100'000; ++i)
    buffer.u32(i);
  ByteReader in(buffer.view());
  for (unsigned i = 0; i < 100'000; ++i)
    ASSERT_EQ(in.u32(), i);
  EXPECT_TRUE(in.empty());
}

TEST(ByteBuffer, GrowsGeometrically) {
  ByteBuffer buffer;
  int growths = 0;
  for (std::size_t capacity = buffer.capacity(), i = 0; i < 1'000'000; ++i) {
    buffer.u8(0);
    growths += buffer.capacity() != capacity ? 1 : 0;
    capacity = buffer.capacity();
  }
  EXPECT_LE(growths, 20);
}

TEST(ByteBuffer, AppendingNothingNeedsNoMemory) {
  ByteBuffer buffer;
  buffer.append({});
  EXPECT_EQ(buffer.capacity(), 0U);
  EXPECT_TRUE(buffer.empty());
}

TEST(ByteBuffer, ErasesItsFront) {
  ByteBuffer buffer;
  buffer.append(bytes("'abcdef'"));
  buffer.erase_front(4);
  EXPECT_EQ(as_text(buffer.view()), "ef");
  buffer.erase_front(2);
  EXPECT_TRUE(buffer.empty());
}

TEST(ByteBuffer, MovedFromIsEmptyAndUsable) {
  ByteBuffer first;
  first.text("abc");
  ByteBuffer second(std::move(first));
  EXPECT_EQ(second.size(), 5U);
  first = ByteBuffer();
  EXPECT_TRUE(first.empty());
  first.u8(7);
  EXPECT_EQ(first.size(), 1U);
  first = std::move(second);
  EXPECT_EQ(first.size(), 5U);
}

TEST(ByteBuffer, ReleaseGivesTheMemoryBackAndClearKeepsIt) {
  ByteBuffer buffer;
  buffer.text("abc");
  buffer.clear();
  EXPECT_GT(buffer.capacity(), 0U);
  buffer.release();
  EXPECT_EQ(buffer.capacity(), 0U);
}

}  // namespace
}  // namespace mqtt
