// Bytes in at the back, out at the front, in the same order, however they are taken.
#include "mqtt/connection/output_queue.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace mqtt::test {
namespace {

SharedBytes shared(const std::string& text) {
  return SharedBytes::copy_of(as_bytes(std::string_view(text)));
}
void append(OutputQueue& queue, std::string_view text) {
  queue.append(as_bytes(text));
}

std::string everything(const OutputQueue& queue) {
  std::vector<Bytes> elements(10'000);
  const std::size_t count = queue.gather(elements);
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += as_text(elements[i]);
  return text;
}

TEST(OutputQueue, ThatIsEmptyGathersNothing) {
  OutputQueue queue;
  Bytes element;
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.gather({&element, 1}), 0U);
  queue.consume(0);
  queue.append_shared({});
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.gather({&element, 1}), 0U);
}

TEST(OutputQueue, GathersSmallBytesAsOneElement) {
  OutputQueue queue;
  append(queue, "ab");
  append(queue, "cd");
  Bytes elements[3];
  ASSERT_EQ(queue.gather(elements), 1U);
  EXPECT_EQ(as_text(elements[0]), "abcd");
  EXPECT_EQ(queue.size(), 4U);
}

TEST(OutputQueue, PutsSharedPayloadsWhereTheyWereAppended) {
  OutputQueue queue;
  queue.append_shared(shared("[1]"));
  append(queue, "a");
  queue.append_shared(shared("[2]"));
  queue.append_shared(shared("[3]"));
  append(queue, "b");
  EXPECT_EQ(queue.size(), 11U);
  EXPECT_EQ(everything(queue), "[1]a[2][3]b");
  Bytes two[2];
  ASSERT_EQ(queue.gather(two), 2U);
  EXPECT_EQ(std::string(as_text(two[0])) + std::string(as_text(two[1])), "[1]a");
}

TEST(OutputQueue, IsConsumedAtAnyByte) {
  for (std::size_t cut = 0; cut <= 14; ++cut) {
    OutputQueue queue;
    append(queue, "abc");
    queue.append_shared(shared("[1]"));
    queue.append_shared(shared("[2]"));
    append(queue, "defgh");
    queue.consume(cut);
    const std::string all = "abc[1][2]defgh";
    EXPECT_EQ(everything(queue), all.substr(cut)) << cut;
    EXPECT_EQ(queue.size(), all.size() - cut);
    append(queue, "i");
    queue.append_shared(shared("[3]"));
    EXPECT_EQ(everything(queue), all.substr(cut) + "i[3]") << cut;
  }
}

TEST(OutputQueue, TakesTheLastWriteBack) {
  OutputQueue queue;
  append(queue, "a");
  EXPECT_EQ(queue.write([](ByteBuffer& out) { out.append(as_bytes(std::string_view("too large"))); }), 9U);
  EXPECT_EQ(queue.last_write(), 9U);
  queue.drop_last_write();
  EXPECT_EQ(queue.size(), 1U);
  append(queue, "b");
  EXPECT_EQ(everything(queue), "ab");
}

TEST(OutputQueue, TakesAWriteBackThatStandsBehindAPayload) {
  OutputQueue queue;
  append(queue, "a");
  queue.append_shared(shared("[1]"));
  queue.write([](ByteBuffer& out) { out.u8('x'); });
  queue.drop_last_write();
  EXPECT_EQ(everything(queue), "a[1]");
  append(queue, "b");
  EXPECT_EQ(everything(queue), "a[1]b");
}

TEST(OutputQueue, LetsItsMemoryMoveToAnother) {
  OutputQueue one, other;
  append(one, "abc");
  one.append_shared(shared("[1]"));
  one.consume(6);
  EXPECT_GT(one.memory_bytes(), 0U);
  ByteBuffer memory = one.take_memory();
  EXPECT_EQ(one.memory_bytes(), 0U);
  other.give_memory(std::move(memory));
  append(other, "def");
  EXPECT_EQ(everything(other), "def");
  append(one, "ghi");
  EXPECT_EQ(everything(one), "ghi");
}

TEST(OutputQueue, ThatIsNeverDrainedDoesNotKeepWhatWasWritten) {
  OutputQueue queue;
  const std::string packet(1'000, 'p');
  append(queue, packet);
  for (int i = 0; i < 10'000; ++i) {
    append(queue, packet);
    if (i % 10 == 0) queue.append_shared(shared("[payload]"));
    queue.consume(1'000 + (i % 10 == 0 ? 9U : 0U));
  }
  EXPECT_EQ(queue.size(), 1'000U);
  EXPECT_LT(queue.memory_bytes(), 512U * 1024);
}

TEST(OutputQueue, BehavesLikeAString) {
  std::mt19937 random(3);
  for (int run = 0; run < 20; ++run) {
    OutputQueue queue;
    std::string model;
    for (int step = 0; step < 1'000; ++step) {
      const std::string text(1 + random() % (run % 4 == 0 ? 3'000 : 30), static_cast<char>('a' + step % 26));
      switch (random() % 6) {
        case 0:
          append(queue, text);
          model += text;
          break;
        case 1:
          queue.write([&](ByteBuffer& out) { out.append(as_bytes(std::string_view(text))); });
          model += text;
          break;
        case 2:
          queue.append_shared(shared(text));
          model += text;
          break;
        case 3:
          std::memcpy(queue.extend(text.size()), text.data(), text.size());
          model += text;
          break;
        default: {
          const std::size_t count = model.empty() ? 0 : random() % (model.size() + 1);
          queue.consume(count);
          model.erase(0, count);
        }
      }
      ASSERT_EQ(queue.size(), model.size());
      ASSERT_EQ(queue.empty(), model.empty());
      if (step % 10 == 0) {
        ASSERT_EQ(everything(queue), model);
      }
    }
  }
}

}  // namespace
}  // namespace mqtt::test
