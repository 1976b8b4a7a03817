#include "mqtt/base/shared_bytes.h"

#include <gtest/gtest.h>

#include <utility>

#include "support/bytes.h"

namespace mqtt {
namespace {

TEST(SharedBytes, IsEmptyUntilItOwnsBytes) {
  const SharedBytes none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.size(), 0U);
  EXPECT_TRUE(SharedBytes::copy_of({}));
}

TEST(SharedBytes, CopiesShareTheSameBytes) {
  const SharedBytes first = SharedBytes::copy_of(as_bytes("payload"));
  const SharedBytes second = first;
  EXPECT_EQ(first.view().data(), second.view().data());
  EXPECT_EQ(as_text(second.view()), "payload");
}

TEST(SharedBytes, BytesOutliveTheFirstOwner) {
  SharedBytes second;
  {
    const SharedBytes first = SharedBytes::copy_of(as_bytes("payload"));
    second = first;
  }
  EXPECT_EQ(as_text(second.view()), "payload");
}

TEST(SharedBytes, AdoptTakesTheMemoryOver) {
  ByteBuffer buffer;
  buffer.append(as_bytes("payload"));
  const std::uint8_t* memory = buffer.data();
  const SharedBytes shared = SharedBytes::adopt(std::move(buffer));
  EXPECT_EQ(shared.view().data(), memory);
}

TEST(SharedBytes, AdoptMayShowAPartOfTheMemory) {
  ByteBuffer buffer;
  buffer.append(as_bytes("head payload"));
  const Bytes part = buffer.view().subspan(5);
  const SharedBytes shared = SharedBytes::adopt(std::move(buffer), part);
  EXPECT_EQ(shared.view().data(), part.data());
  EXPECT_EQ(as_text(shared.view()), "payload");
}

TEST(SharedBytes, AssigningItToItselfKeepsTheBytes) {
  SharedBytes shared = SharedBytes::copy_of(as_bytes("payload"));
  const SharedBytes& same = shared;
  shared = same;
  EXPECT_EQ(as_text(shared.view()), "payload");
}

}  // namespace
}  // namespace mqtt
