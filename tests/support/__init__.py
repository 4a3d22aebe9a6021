"""What several tests need: a clock that tests own, and ears that wait for what the desk says instead of sleeping."""
