// What one end of a MemoryLink does, and what the other's listener is told of it.
#include "net/memory_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/test_log.h"

namespace wasmqtt {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::IsEmpty;

class NotedListener final : public LinkListener {
 public:
  void on_bytes(Bytes bytes) override {
    bytes_received += bytes.size();
    notes.push_back(bytes.size() > 20 ? "many" : std::string(mqtt::as_text(bytes)));
  }
  void on_writable() override { notes.push_back("writable"); }
  void on_end(const LinkEnd& end) override { notes.push_back(end.orderly ? "end" : "end: " + end.text); }

  std::vector<std::string> notes;
  std::size_t bytes_received = 0;
};

class AMemoryLink : public testing::Test {
 protected:
  AMemoryLink() {
    std::tie(a_, b_) = MemoryLink::make_pair(reactor_, "neighbour");
    a_->start(at_a_);
    b_->start(at_b_);
    turn();
  }
  ~AMemoryLink() override {
    a_->abort();
    b_->abort();
    turn();
  }

  static std::size_t write(MemoryLink& link, std::string_view text) {
    const Bytes bytes = mqtt::as_bytes(text);
    return link.write({&bytes, 1});
  }
  // Everything that is posted runs.
  void turn() {
    reactor_.io.restart();
    reactor_.io.poll();
  }

  TestLog log_;
  Reactor reactor_{log_.logger()};
  NotedListener at_a_, at_b_;
  std::shared_ptr<MemoryLink> a_, b_;
};

TEST_F(AMemoryLink, HandsBytesOverInATurnOfItsOwn) {
  EXPECT_EQ(write(*a_, "one "), 4U);
  EXPECT_EQ(write(*a_, "two"), 3U);
  EXPECT_THAT(at_b_.notes, IsEmpty());
  turn();
  EXPECT_THAT(at_b_.notes, ElementsAre("one two"));
  write(*b_, "back");
  turn();
  EXPECT_THAT(at_a_.notes, ElementsAre("back"));
  EXPECT_EQ(a_->peer(), "neighbour");
  EXPECT_TRUE(a_->is_of_host());
}

TEST_F(AMemoryLink, TakesAsMuchAsItHoldsAndSaysWhenThereIsRoomAgain) {
  const std::string text(MemoryLink::kCapacity + 5, 'x');
  EXPECT_EQ(write(*a_, text), MemoryLink::kCapacity);
  EXPECT_EQ(write(*a_, "y"), 0U);
  turn();
  EXPECT_THAT(at_b_.notes, ElementsAre("many"));
  EXPECT_THAT(at_a_.notes, ElementsAre("writable"));
  EXPECT_EQ(write(*a_, "y"), 1U);
}

TEST_F(AMemoryLink, SaysThatThereIsRoomWhenItIsAsked) {
  a_->want_writable();
  turn();
  EXPECT_THAT(at_a_.notes, ElementsAre("writable"));
  turn();
  EXPECT_THAT(at_a_.notes, ElementsAre("writable")) << "once";
}

TEST_F(AMemoryLink, HoldsWhatComesWhileItIsPaused) {
  b_->pause();
  write(*a_, "x");
  turn();
  EXPECT_THAT(at_b_.notes, IsEmpty());
  b_->resume();
  turn();
  EXPECT_THAT(at_b_.notes, ElementsAre("x"));
}

TEST_F(AMemoryLink, EndsBehindWhatWasWritten) {
  b_->pause();
  write(*a_, "last");
  a_->close(CloseCode::NormalClosure, "");
  turn();
  EXPECT_THAT(at_b_.notes, IsEmpty());
  b_->resume();
  turn();
  EXPECT_THAT(at_b_.notes, ElementsAre("last", "end"));
  EXPECT_EQ(write(*b_, "x"), 0U);
  EXPECT_THAT(at_a_.notes, IsEmpty()) << "who closes is told nothing";
}

TEST_F(AMemoryLink, GoesWhenBothEndsAreLetGoOf) {
  const std::weak_ptr<MemoryLink> a = a_;
  const std::weak_ptr<MemoryLink> b = b_;
  a_->abort();
  turn();
  std::tie(a_, b_) = MemoryLink::make_pair(reactor_, "others");
  EXPECT_TRUE(a.expired());
  EXPECT_TRUE(b.expired());
}

TEST_F(AMemoryLink, EndsWhenTheTimeOfItsLastBytesIsOver) {
  b_->pause();
  write(*a_, "x");
  a_->limit_remaining_time();
  EXPECT_EQ(reactor_.closing_links.size(), 1U);
  a_->expire();
  EXPECT_THAT(at_a_.notes, ElementsAre("end: the other end did not take its last bytes in time"));
  EXPECT_EQ(reactor_.closing_links.size(), 0U);
}

}  // namespace
}  // namespace wasmqtt
