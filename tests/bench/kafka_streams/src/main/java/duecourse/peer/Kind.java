package duecourse.peer;

/** The facts that the bench's histories consist of, in the order in which facts of the same time are walked. */
enum Kind {
    RECEIVED,
    PAUSED,
    RESUMED,
    PROCESSED,
    RETURNED;

    static final Kind[] ALL = values();

    static Kind of(String type) {
        return switch (type) {
            case "duecourse.case.received.v1" -> RECEIVED;
            case "duecourse.case.paused.v1" -> PAUSED;
            case "duecourse.case.resumed.v1" -> RESUMED;
            case "duecourse.case.processed.v1" -> PROCESSED;
            case "duecourse.case.returned.v1" -> RETURNED;
            default -> throw new IllegalArgumentException("a fact that the bench does not make: " + type);
        };
    }
}
