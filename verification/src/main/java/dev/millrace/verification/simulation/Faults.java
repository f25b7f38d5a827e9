package dev.millrace.verification.simulation;

import java.util.Random;

/** What goes wrong: crashes of the process and of the machine, a failing or full disk, clocks that are set. */
final class Faults {
    private static final int OFTEN = 100;

    private final World world;
    private final Operator operator;
    private final Random random;
    private final Emphasis emphasis;
    /** How often, per 10,000 steps; chosen once per run. */
    private final int crashes;
    private final int diskFailures;
    private final int clockChanges;
    private int crashCount;
    private int downSteps;
    private int failedStarts;

    Faults(World world, Operator operator) {
        this.world = world;
        this.operator = operator;
        random = world.random;
        emphasis = world.plan.emphasis();
        crashes = emphasis == Emphasis.REUSED_FILES ? 12 : random.nextInt(4) == 0 ? 120 : 30;
        diskFailures = random.nextInt(2) * 20;
        clockChanges = random.nextInt(2) * 20;
    }

    int crashes() {
        return crashCount;
    }

    void step() {
        if (!world.isRunning()) {
            start();
            return;
        }
        if (chance(crashes)) {
            crash();
        } else if (emphasis == Emphasis.FAILED_SYNCS && chance(OFTEN)) {
            world.slowDisk.failNextSync();
        } else if (emphasis == Emphasis.MOVES && chance(OFTEN)) {
            world.slowDisk.cutAfterNextCopy();
        } else if (chance(diskFailures)) {
            failingDisk();
        } else if (chance(clockChanges)) {
            clocks();
        } else if (world.hosts.stream().anyMatch(HostedShard::isDown) && ++downSteps > 50) {
            stopInOrder();
        }
    }

    private boolean chance(int in10000) {
        return random.nextInt(10_000) < in10000;
    }

    /** Starts the process after a while. */
    void start() {
        operator.processEnded();
        downSteps = 0;
        world.clock.pass(1_000_000L * (1 + random.nextInt(random.nextInt(5) == 0 ? 100_000 : 300)));
        if (clockChanges > 0 && random.nextInt(10) == 0) {
            clocks();
        }
        if (failedStarts > 3) {
            world.disk.fail(0, 0, 0);
            world.disk.others(0);
        }
        if (random.nextInt(6) == 0 && failedStarts < 3) {
            breakSoon(200);
        }
        boolean[] started = new boolean[1];
        boolean lives = world.survives(() -> started[0] = world.start());
        failedStarts = lives && started[0] ? 0 : failedStarts + 1;
        if (!lives) {
            crashCount++;
        }
    }

    private void crash() {
        crashCount++;
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> breakSoon(60);
            case 3, 4, 5 -> world.slowDisk.killAfter(1 + random.nextInt(40));
            case 6 -> world.stopped("killed between two operations");
            case 7 -> {
                world.disk.losePower();
                world.stopped("power cut between two operations");
            }
            default -> stopInOrder();
        }
    }

    /** The process ends within so many operations of the disk. */
    void breakSoon(int operations) {
        if (random.nextBoolean()) {
            world.disk.cutPowerAfter(1 + random.nextInt(operations));
        } else {
            world.slowDisk.killAfter(1 + random.nextInt(operations));
        }
    }

    void stopInOrder() {
        world.survives(world::stopInOrder);
    }

    private void failingDisk() {
        switch (random.nextInt(4)) {
            case 0 -> world.disk.fail(random.nextInt(400), random.nextInt(400), 30 + random.nextInt(300));
            case 1 -> world.disk.others((20L << 20) + random.nextInt(4 << 20));
            default -> calm();
        }
    }

    /** The disk works again and has room. */
    void calm() {
        world.disk.fail(0, 0, 0);
        world.disk.others(0);
    }

    private void clocks() {
        int change = random.nextInt(random.nextBoolean() ? 3_000 : 10_000_000);
        world.clock.setWall(random.nextBoolean() ? change : -change);
        world.trace.event("wall clock set by " + change);
        if (random.nextInt(3) == 0) {
            world.clock.pass(1_000_000L * random.nextInt(3_000));
        }
    }
}
